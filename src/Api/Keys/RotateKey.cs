using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Domain.Fields;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace ConcatService.Api.Keys;

/// <summary>
/// POST /v1/keys/{id}/rotate?keep=PT24H: a new key with the name, the scopes and the expiry of this one, which stays valid for as long as
/// <c>keep</c> says, so that programs can change over.
/// </summary>
internal static class RotateKey
{
    private static readonly TimeSpan Usual = TimeSpan.FromDays(1), Longest = TimeSpan.FromDays(30);

    /// <param name="keep">ISO 8601, at most 30 days. Default: 24 hours.</param>
    public static async Task<Results<Created<CreateKey.Response>, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        AuditTrail trail,
        ConcatDb db,
        KnownKeys known,
        TimeProvider time,
        CancellationToken cancel,
        [FromQuery] string? keep = null
    )
    {
        var kept = Usual;
        if (keep is not null && (!Duration.TryRead(keep, out kept) || kept > Longest))
            return Problems.OfParameters(
                new ParameterError("keep", "out_of_range", $"'keep' is a duration of at most 30 days, such as PT24H, and not '{keep}'.")
            );
        if (await OwnKey.FindAsync(db, caller, id, cancel) is not { } found)
            return Problems.NotFound("key", id.ToString());
        if (found.Refusal is { } refusal)
            return refusal;
        var old = found.Key;
        var now = time.GetUtcNow();
        if (old.RevokedAt is not null || old.ExpiresAt <= now)
            return Problems.Of(409, "key.ended", $"The key '{old.Name}' has ended. Create a new one: POST /v1/keys.");
        var expires = old.ExpiresAt;
        old.ExpiresAt = expires < now + kept ? expires : now + kept;
        // All in one transaction: no moment with no key, none with an old one that never ends.
        var (key, stored) = KeyMaker.Add(db, old.TeamId, old.Name, old.Scopes, expires);
        var details = new { name = old.Name, new_key = stored.Id, valid_until = old.ExpiresAt };
        db.Add(trail.Entry(AuditAction.RotateKey, old.TeamId, found.Team, id.ToString(), details));
        await db.SaveChangesAsync(cancel);
        known.ForgetAll();
        return TypedResults.Created((string?)null, new CreateKey.Response(key, KeyResource.Of(stored, found.Team)));
    }
}
