using ConcatService.Api.Caching;
using ConcatService.Api.Database;
using ConcatService.Api.Storage;
using ConcatService.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace ConcatService.Api.Access;

/// <summary>A key that is in force.</summary>
/// <param name="ExpiresAt">When it ends, or the session that stands for it.</param>
/// <param name="KeyExpiresAt">When the key itself ends.</param>
/// <param name="RequestsPerSecond">What an operator set for the team; null: the instance's default.</param>
/// <param name="Session">The session that stands for it; null for the key itself.</param>
internal sealed record KnownKey(
    Guid Id,
    int TeamId,
    string Team,
    string Name,
    string[] Scopes,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? KeyExpiresAt,
    int? RequestsPerSecond,
    Guid? Session = null
);

/// <summary>
/// Keys that were used a moment ago, so that a call costs no query. A key that another process revokes lives on here for
/// <see cref="Fresh"/> and a moment at most, longer only where this process cannot reach the database; one revoked here ends at once.
/// </summary>
internal sealed class KnownKeys(IServiceScopeFactory scopes, DatabaseWatch watch, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private readonly SingleFlight<(string Hash, long Revocations), KnownKey?> _reads = new();
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    /// <summary>Hashes of keys and sessions that were in force when they were looked up last; a revocation leaves them here.</summary>
    private readonly MemoryCache _good = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    private readonly Lock _lock = new();
    private long _revocations;

    /// <param name="Since">When it was asked for.</param>
    private sealed record Entry(KnownKey Key, long Since);

    /// <summary>The key, or null: there is none with this text, or it was revoked or has expired.</summary>
    public Task<KnownKey?> FindAsync(string key, CancellationToken cancel) =>
        KeyText.IsWellFormed(key) ? FindByHashAsync(key, ReadAsync, cancel) : Task.FromResult<KnownKey?>(null);

    /// <summary>Whether the key or session was in force when it was looked up last, so that another look at it costs little.</summary>
    public bool Holds(string text) => _good.TryGetValue(KeyText.Hash(text), out _);

    /// <summary>The key that a session stands for, or null: there is no such session, or it or its key has ended.</summary>
    public Task<KnownKey?> FindSessionAsync(string text, CancellationToken cancel) =>
        KeyText.IsSession(text) ? FindByHashAsync(text, ReadSessionAsync, cancel) : Task.FromResult<KnownKey?>(null);

    /// <summary>The key of somebody whom the provider vouches for, made at the first time; null: it was revoked.</summary>
    public async Task<KnownKey?> FindPersonAsync(Person person, CancellationToken cancel) =>
        await FindByHashAsync(person.CacheText, (_, left) => ReadPersonAsync(person, left), cancel) is { } known
            ? known with { ExpiresAt = person.Expires }
            : null;

    private async Task<KnownKey?> FindByHashAsync(
        string text,
        Func<string, CancellationToken, Task<KnownKey?>> read,
        CancellationToken cancel
    )
    {
        var hash = KeyText.Hash(text);
        KnownKey? known;
        if (!_cache.TryGetValue(hash, out Entry? entry))
            known = await watch.AnswerAsync(ReadOnceAsync, cancel);
        else if (time.GetElapsedTime(entry!.Since) is var age && age < Fresh)
            known = entry.Key;
        else
            known = await watch.NewerAsync(ReadOnceAsync, entry.Key, age, cancel);
        return known is null || known.ExpiresAt <= time.GetUtcNow() ? null : known;

        Task<KnownKey?> ReadOnceAsync(CancellationToken left)
        {
            var revocations = Interlocked.Read(ref _revocations);
            return _reads.RunAsync((hash, revocations), () => ReadAndKeepAsync(hash, read, revocations), left);
        }
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

    public void Dispose()
    {
        _cache.Dispose();
        _good.Dispose();
    }

    /// <summary>Keeps nothing if a key was revoked since it was read: it may be this one.</summary>
    private async Task<KnownKey?> ReadAndKeepAsync(
        string hash,
        Func<string, CancellationToken, Task<KnownKey?>> read,
        long revocations
    )
    {
        var since = time.GetTimestamp();
        var known = await read(hash, CancellationToken.None);
        lock (_lock)
        {
            if (known is null)
            {
                _good.Remove(hash);
                _cache.Remove(hash);
            }
            else
            {
                _good.Set(hash, true, new MemoryCacheEntryOptions { Size = 1 });
                if (_revocations == revocations)
                    _cache.Set(hash, new Entry(known, since), new MemoryCacheEntryOptions { Size = 1 });
            }
        }

        return known;
    }

    private async Task<KnownKey?> ReadAsync(string hash, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
        var row = await db
            .ApiKeys.AsNoTracking()
            .Where(key => key.Hash == hash && key.RevokedAt == null)
            .Join(db.Teams, key => key.TeamId, team => team.Id, (key, team) => new { Key = key, Team = team.Name })
            .LeftJoin(
                db.TeamQuotas,
                row => row.Key.TeamId,
                own => own.TeamId,
                (row, own) => new { row.Key, row.Team, RequestsPerSecond = own == null ? null : own.RequestsPerSecond }
            )
            .SingleOrDefaultAsync(cancel);
        if (row?.Key is not { } found)
            return null;

        // To the minute is enough for a list, and spares a write per lookup.
        var now = time.GetUtcNow();
        if (found.LastUsedAt is null || found.LastUsedAt < now.AddMinutes(-1))
            await NoteUseAsync(db, found.Id, now, cancel);
        return new(
            found.Id,
            found.TeamId,
            row.Team,
            found.Name,
            found.Scopes,
            found.ExpiresAt,
            found.ExpiresAt,
            row.RequestsPerSecond
        );
    }

    private async Task<KnownKey?> ReadPersonAsync(Person person, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
        await KeyMaker.KeepPersonAsync(db, person, cancel);
        return await ReadAsync(KeyText.Hash(person.KeyText), cancel);
    }

    /// <summary>Nobody is kept out for want of room for this.</summary>
    private static async Task NoteUseAsync(ConcatDb db, Guid id, DateTimeOffset now, CancellationToken cancel)
    {
        try
        {
            await db.ApiKeys.Where(key => key.Id == id).ExecuteUpdateAsync(set => set.SetProperty(key => key.LastUsedAt, now), cancel);
        }
        catch (PostgresException full) when (StorageWatch.IsFull(full))
        {
            // Whatever else this call writes tells it.
        }
    }

    private async Task<KnownKey?> ReadSessionAsync(string hash, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
        var now = time.GetUtcNow();
        var session = await db
            .Sessions.AsNoTracking()
            .Where(session => session.Hash == hash && session.ExpiresAt > now)
            .Join(
                db.ApiKeys,
                session => session.ApiKeyId,
                key => key.Id,
                (session, key) => new { session.Id, Key = key.Hash, session.ExpiresAt }
            )
            .SingleOrDefaultAsync(cancel);
        if (session is null || await ReadAsync(session.Key, cancel) is not { } key)
            return null;
        return key with { Session = session.Id, ExpiresAt = key.ExpiresAt < session.ExpiresAt ? key.ExpiresAt : session.ExpiresAt };
    }
}
