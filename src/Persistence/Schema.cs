using Hangfire.PostgreSql;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcatService.Persistence;

/// <summary>
/// The tables: ours by migrations, the queue's by its own installer. Applied by an explicit command, never by a starting server.
/// </summary>
public static class Schema
{
    /// <summary>Brings the database to this version; harmless when it is there already.</summary>
    public static async Task ApplyAsync(string connectionString, CancellationToken cancel)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var options = new DbContextOptionsBuilder<ConcatDb>();
        ConcatDb.Configure(options, source);
        await using var db = new ConcatDb(options.Options);
        await db.Database.MigrateAsync(cancel);

        await using var connection = await source.OpenConnectionAsync(cancel);
        PostgreSqlObjectsInstaller.Install(connection);
    }
}
