using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
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
        AuditTrail trail,
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
        var (key, now) = (found.Key, time.GetUtcNow());
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var ended = await db
            .ApiKeys.Where(each => each.Id == id && each.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(each => each.RevokedAt, now), cancel);
        if (ended > 0)
            db.Add(trail.Entry(AuditAction.RevokeKey, key.TeamId, found.Team, id.ToString(), new { name = key.Name, prefix = key.Prefix }));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        known.ForgetAll();
        return TypedResults.NoContent();
    }
}
