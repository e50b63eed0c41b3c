using ConcatService.Api.Database;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Health;

/// <summary>Whether requests can be answered: the database is there and has this version's tables.</summary>
internal sealed class Readiness(IServiceScopeFactory scopes, DatabaseWatch watch)
{
    /// <summary>Who asks gives up after a few seconds, and takes that for the death of the process.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private volatile bool _isMigrated;

    /// <summary>Null when ready, otherwise the reason.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database refuses.</exception>
    /// <exception cref="ProblemException">503: it does not answer.</exception>
    public async Task<string?> ReasonAgainstAsync(CancellationToken cancel)
    {
        try
        {
            return await watch.AnswerAsync(FindReasonAsync, cancel).WaitAsync(Patience, cancel);
        }
        catch (TimeoutException)
        {
            throw new ProblemException(Problems.DatabaseAway());
        }
    }

    private async Task<string?> FindReasonAsync(CancellationToken cancel)
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
