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
    public Task<KnownKey?> FindAsync(string key, CancellationToken cancel) =>
        KeyText.IsWellFormed(key) ? FindByHashAsync(key, ReadAsync, cancel) : Task.FromResult<KnownKey?>(null);

    /// <summary>The key that a session stands for, or null: there is no such session, or it or its key has ended.</summary>
    public Task<KnownKey?> FindSessionAsync(string text, CancellationToken cancel) =>
        KeyText.IsSession(text) ? FindByHashAsync(text, ReadSessionAsync, cancel) : Task.FromResult<KnownKey?>(null);

    private async Task<KnownKey?> FindByHashAsync(
        string text,
        Func<string, CancellationToken, Task<KnownKey?>> read,
        CancellationToken cancel
    )
    {
        var hash = KeyText.Hash(text);
        if (!_cache.TryGetValue(hash, out KnownKey? known))
        {
            var revocations = Interlocked.Read(ref _revocations);
            known = await _reads.RunAsync((hash, revocations), () => read(hash, CancellationToken.None), cancel);
            Keep(hash, known, revocations);
        }

        return known is null || known.ExpiresAt <= time.GetUtcNow() ? null : known;
    }

    /// <summary>For a key that was just revoked, which sessions stand for too, and for a session that was just ended.</summary>
    public void ForgetAll()
    {
        lock (_lock)
        {
            _revocations++;
            _cache.Clear();
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

    private async Task<KnownKey?> ReadSessionAsync(string hash, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
        var now = time.GetUtcNow();
        var session = await db
            .Sessions.AsNoTracking()
            .Where(session => session.Hash == hash && session.ExpiresAt > now)
            .Join(db.ApiKeys, session => session.ApiKeyId, key => key.Id, (session, key) => new { Key = key.Hash, session.ExpiresAt })
            .SingleOrDefaultAsync(cancel);
        if (session is null || await ReadAsync(session.Key, cancel) is not { } key)
            return null;
        return key with { ExpiresAt = key.ExpiresAt < session.ExpiresAt ? key.ExpiresAt : session.ExpiresAt };
    }
}
