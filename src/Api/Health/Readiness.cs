using ConcatService.Persistence;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Health;

/// <summary>Whether requests can be answered: the database is there and has this version's tables.</summary>
internal sealed class Readiness(IServiceScopeFactory scopes)
{
    private volatile bool _isMigrated;

    /// <summary>Null when ready, otherwise the reason.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database does not answer.</exception>
    public async Task<string?> ReasonAgainstAsync(CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
        if (_isMigrated)
        {
            await db.Database.ExecuteSqlRawAsync("select 1", cancel);
            return null;
        }

        var pending = await db.Database.GetPendingMigrationsAsync(cancel);
        _isMigrated = !pending.Any();
        return _isMigrated ? null : $"The database lacks {string.Join(", ", pending)}: run 'Api migrate'.";
    }
}
