using ConcatService.Persistence;
using ConcatService.Persistence.Tests;
using Npgsql;

namespace ConcatService.Api.Tests.Hosting;

/// <summary>A class fixture: the real host on a database of release 0.1.0 that was brought up to date before it started.</summary>
public sealed class UpgradedServer(PostgresFixture postgres) : IAsyncLifetime
{
    /// <summary>Of the team in the dump; it may do everything.</summary>
    public const string Key = "ccs_xSvL8BkSt4Nsqigqo2tG6B8Sv6EvFJ4NZn1i";

    public ApiServer Api { get; } = new(postgres);

    public async ValueTask InitializeAsync()
    {
        await Api.InitializeAsync();
        await RestoreAsync(Api.Database.ConnectionString);
    }

    public ValueTask DisposeAsync() => Api.DisposeAsync();

    /// <summary>Puts the dump in the place of everything in the database, and migrates.</summary>
    public static async Task RestoreAsync(string database)
    {
        var dump = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests/Api.Tests/Hosting/Releases/0.1.0.sql"));
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var restore = new NpgsqlCommand(
            $"drop schema public cascade; drop schema hangfire cascade; create schema public; {dump}",
            connection
        );
        await restore.ExecuteNonQueryAsync();
        await Schema.ApplyAsync(database, CancellationToken.None);
    }
}
