using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Keys;

/// <summary>
/// DELETE /v1/keys/{id}: ends a key, and every session that was opened with it. It stays in the list, so that one can see that it was
/// there. An operator ends keys of every team.
/// </summary>
internal static class RevokeKey
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        ConcatDb db,
        KnownKeys known,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        if (await OwnKey.FindAsync(db, caller, id, cancel) is not { } found)
            return Problems.NotFound("key", id.ToString());
        if (found.Refusal is { } refusal)
            return refusal;
        found.Key.RevokedAt ??= time.GetUtcNow();
        await db.SaveChangesAsync(cancel);
        known.ForgetAll();
        return TypedResults.NoContent();
    }
}
