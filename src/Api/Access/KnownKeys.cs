using ConcatService.Api.Caching;
using ConcatService.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;

namespace ConcatService.Api.Access;

/// <summary>A key that is in force.</summary>
internal sealed record KnownKey(Guid Id, int TeamId, string Team, string[] Scopes, DateTimeOffset? ExpiresAt);

/// <summary>
/// Keys that were used a moment ago, so that a call costs no query. A key that another process revokes lives on here for
/// <see cref="Memory"/> at most; one revoked here ends at once.
/// </summary>
internal sealed class KnownKeys(IServiceScopeFactory scopes, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(5);
    private readonly SingleFlight<(string Hash, long Revocations), KnownKey?> _reads = new();
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = 10_000 });
    private readonly Lock _lock = new();
    private long _revocations;

    /// <summary>The key, or null: there is none with this text, or it was revoked or has expired.</summary>
    public async Task<KnownKey?> FindAsync(string key, CancellationToken cancel)
    {
        if (!KeyText.IsWellFormed(key))
            return null;
        var hash = KeyText.Hash(key);
        if (!_cache.TryGetValue(hash, out KnownKey? known))
        {
            var revocations = Interlocked.Read(ref _revocations);
            known = await _reads.RunAsync((hash, revocations), () => ReadAsync(hash, CancellationToken.None), cancel);
            Keep(hash, known, revocations);
        }

        return known is null || known.ExpiresAt <= time.GetUtcNow() ? null : known;
    }

    /// <summary>For a key that was just revoked.</summary>
    public void Forget(string hash)
    {
        lock (_lock)
        {
            _revocations++;
            _cache.Remove(hash);
        }
    }

    public void Dispose() => _cache.Dispose();

    /// <summary>Unless a key was revoked since it was read: it may be this one.</summary>
    private void Keep(string hash, KnownKey? known, long revocations)
    {
        if (known is null)
            return;
        lock (_lock)
        {
            if (_revocations == revocations)
                _cache.Set(hash, known, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Memory });
        }
    }

    private async Task<KnownKey?> ReadAsync(string hash, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
        var row = await db
            .ApiKeys.AsNoTracking()
            .Where(key => key.Hash == hash && key.RevokedAt == null)
            .Join(db.Teams, key => key.TeamId, team => team.Id, (key, team) => new { Key = key, Team = team.Name })
            .SingleOrDefaultAsync(cancel);
        if (row?.Key is not { } found)
            return null;

        // To the minute is enough for a list, and spares a write per lookup.
        var now = time.GetUtcNow();
        if (found.LastUsedAt is null || found.LastUsedAt < now.AddMinutes(-1))
            await db
                .ApiKeys.Where(key => key.Id == found.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(key => key.LastUsedAt, now), cancel);
        return new(found.Id, found.TeamId, row.Team, found.Scopes, found.ExpiresAt);
    }
}
