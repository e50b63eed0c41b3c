using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

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
        if (await db.ApiKeys.SingleOrDefaultAsync(key => key.Id == id, cancel) is not { } key
            || (key.TeamId != caller.TeamId && !caller.IsOperator))
            return Problems.NotFound("key", id.ToString());
        if (!caller.IsOperator && key.Scopes.Intersect(Scopes.OfInstance).Any())
            return Problems.Of(403, "access.missing_scope", "This key concerns every team; only a key with 'operator' ends it.");
        key.RevokedAt ??= time.GetUtcNow();
        await db.SaveChangesAsync(cancel);
        known.ForgetAll();
        return TypedResults.NoContent();
    }
}
