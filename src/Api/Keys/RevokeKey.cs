using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Keys;

/// <summary>DELETE /v1/keys/{id}: ends a key. It stays in the list, so that one can see that it was there.</summary>
internal static class RevokeKey
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid id,
        ConcatDb db,
        KnownKeys known,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        if (await db.ApiKeys.SingleOrDefaultAsync(key => key.Id == id, cancel) is not { } key)
            return Problems.NotFound("key", id.ToString());
        key.RevokedAt ??= time.GetUtcNow();
        await db.SaveChangesAsync(cancel);
        known.Forget(key.Hash);
        return TypedResults.NoContent();
    }
}
