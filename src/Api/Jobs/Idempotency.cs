using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Domain.Fields;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// One call under an <c>Idempotency-Key</c>: sent again by the same team, it gets the first answer again and does nothing. The answer is
/// stored in the transaction that does the work, so it is there exactly when the work is done; a second call that comes while the first is
/// at it waits for its end. Refusals are not stored.
/// </summary>
internal sealed class Idempotency
{
    public const string Header = "Idempotency-Key";
    private const int MaxLength = 255;

    private readonly ConcatDb _db;
    private readonly int _team;
    private readonly string _route;
    private readonly string _key;
    private readonly string _hash;

    private Idempotency(ConcatDb db, int team, string route, string key, string hash) =>
        (_db, _team, _route, _key, _hash) = (db, team, route, key, hash);

    /// <summary>Null when the call carries no key.</summary>
    public static Idempotency? Of(HttpRequest request, Caller caller, string route, JsonElement body, ConcatDb db)
    {
        if (!request.Headers.TryGetValue(Header, out var values))
            return null;
        var key = values.ToString().Trim();
        if (key is ['"', .. var inner, '"'])                    // a structured string (RFC 9651) or bare
            key = inner;
        return key.Length is >= 1 and <= MaxLength && key.All(letter => letter is >= ' ' and <= '~')
            ? new(db, caller.TeamId, route, key, CanonicalJson.Hash(body))
            : throw new ProblemException(
                Problems.Of(400, "idempotency.malformed_key", $"{Header} must have 1 to {MaxLength} printable ASCII characters.")
            );
    }

    /// <summary>The first answer, or a problem when the key came with another body; null when the call is new.</summary>
    public async Task<IResult?> ReplayAsync(HttpContext http, CancellationToken cancel)
    {
        var known = _db.IdempotencyKeys.Where(entry => entry.TeamId == _team && entry.Route == _route && entry.Key == _key);
        // The database's clock wrote the time, so it also judges it.
        await known.Where(entry => entry.CreatedAt < DateTimeOffset.UtcNow - IdempotencyKey.Memory).ExecuteDeleteAsync(cancel);
        if (await known.AsNoTracking().SingleOrDefaultAsync(cancel) is not { } entry)
            return null;
        if (entry.RequestHash != _hash)
            return Problems.Of(
                422,
                "idempotency.key_reused",
                $"This {Header} came with another body before. Take a new key for a new request."
            );
        http.Response.Headers["Idempotency-Replayed"] = "true";
        return JsonAnswers.Accepted(http, entry.Body!, JsonSerializer.Deserialize<Dictionary<string, string>>(entry.Headers!)!["Location"]);
    }

    /// <summary>Will be stored together with the work.</summary>
    public void Remember(int status, string body, string location) =>
        _db.Add(
            new IdempotencyKey
            {
                TeamId = _team,
                Route = _route,
                Key = _key,
                RequestHash = _hash,
                Status = status,
                Body = body,
                Headers = JsonSerializer.Serialize(new { Location = location }),
            }
        );
}
