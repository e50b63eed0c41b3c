using ConcatService.Domain;
using Hangfire.PostgreSql;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcatService.Persistence;

/// <summary>
/// The tables: ours by migrations, the queue's by its own installer. Applied by an explicit command, never by a starting server.
/// </summary>
public static class Schema
{
    /// <summary>Brings the database to this release; harmless when it is there already.</summary>
    /// <exception cref="UnknownMigrationException">The database is of another line of releases; nothing was changed.</exception>
    public static async Task ApplyAsync(string connectionString, CancellationToken cancel)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var options = new DbContextOptionsBuilder<ConcatDb>();
        ConcatDb.Configure(options, source);
        await using var db = new ConcatDb(options.Options);
        await RefuseUnknownAsync(db, cancel);
        await db.Database.MigrateAsync(cancel);

        await using var connection = await source.OpenConnectionAsync(cancel);
        PostgreSqlObjectsInstaller.Install(connection);
    }

    private static async Task RefuseUnknownAsync(ConcatDb db, CancellationToken cancel)
    {
        var known = db.Database.GetMigrations().ToList();
        var applied = await db.Database.GetAppliedMigrationsAsync(cancel);
        if (applied.FirstOrDefault(migration => !known.Contains(migration)) is { } unknown)
            throw new UnknownMigrationException(string.CompareOrdinal(unknown, known[0]) < 0 ? TooOld(unknown) : TooNew(unknown));
    }

    private static string TooOld(string migration) =>
        $"The database was made before 0.1.0, the first release (it has the migration {migration}), and cannot be brought up to date. "
        + "Begin with an empty one: './concat down', then delete its folder, ~/.local/share/concat/postgres or $CONCAT_HOME/postgres; "
        + "where ConnectionStrings__Postgres is set, drop the database that it names. Then migrate again.";

    private static string TooNew(string migration) =>
        $"The database is of a later release than this one, {Release.Version}: it has the migration {migration}. "
        + "Run that release or a later one, or restore a backup from before its migration.";
}
