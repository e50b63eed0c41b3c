using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Weights;

/// <summary>
/// DELETE /v1/weights/{id}: forgets them, with their bytes where no job that has not ended begins with them; otherwise retention takes
/// those later.
/// </summary>
internal static class DeleteWeights
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        AuditTrail trail,
        ConcatDb db,
        CancellationToken cancel
    )
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var found = await db
            .Weights.Where(weights => weights.TeamId == caller.TeamId && weights.Id == id)
            .Select(weights => new { weights.Name, weights.Format, weights.Sha256 })
            .SingleOrDefaultAsync(cancel);
        if (
            found is null
            || await db.Weights.Where(weights => weights.TeamId == caller.TeamId && weights.Id == id).ExecuteDeleteAsync(cancel) == 0
        )
            return Problems.NotFound("upload of weights", $"{id}");
        await LooseFiles.RemoveAsync(db, caller.TeamId, [found.Sha256], cancel);
        db.Add(trail.Entry(AuditAction.DeleteWeights, $"{id}", new { found.Name, found.Format }));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return TypedResults.NoContent();
    }
}
