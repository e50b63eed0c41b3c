using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcatService.Persistence.Tests;

/// <summary>A class fixture: one database of its own per test class.</summary>
public sealed class PostgresDatabase(PostgresFixture server) : IAsyncLifetime
{
    private NpgsqlDataSource? _source;

    public string ConnectionString { get; private set; } = "";

    public NpgsqlDataSource Source => _source ??= NpgsqlDataSource.Create(ConnectionString);

    public async ValueTask InitializeAsync() => ConnectionString = await server.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_source is not null)
            await _source.DisposeAsync();
        await server.DropDatabaseAsync(ConnectionString);
    }

    /// <summary>A context of the caller's own.</summary>
    public ConcatDb Open()
    {
        var options = new DbContextOptionsBuilder<ConcatDb>();
        ConcatDb.Configure(options, Source);
        return new ConcatDb(options.Options);
    }
}
