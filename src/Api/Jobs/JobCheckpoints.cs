using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Paging;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// GET /v1/jobs/{id}/checkpoints: what another attempt can go on from, newest first. Each has the best weights so far in it; the last two
/// are kept.
/// </summary>
internal static class JobCheckpoints
{
    /// <param name="Step">Training steps done.</param>
    /// <param name="Epoch">The epoch in work, from 1.</param>
    /// <param name="Fence">Of the attempt that wrote it.</param>
    public sealed record Kept(long Step, int Epoch, long Fence, string Sha256, long LengthBytes, DateTimeOffset CreatedAt);

    public static async Task<Results<Ok<Page<Kept>>, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    )
    {
        if (!await db.Jobs.AnyAsync(job => job.TeamId == caller.TeamId && job.Id == id, cancel))
            return Problems.NotFound("job", id.ToString());
        var kept = await db
            .Checkpoints.Where(checkpoint => checkpoint.TeamId == caller.TeamId && checkpoint.JobId == id)
            .OrderByDescending(checkpoint => checkpoint.Step)
            .Select(checkpoint => new Kept(
                checkpoint.Step,
                checkpoint.Epoch,
                checkpoint.Fence,
                checkpoint.Sha256,
                checkpoint.LengthBytes,
                checkpoint.CreatedAt
            ))
            .ToListAsync(cancel);
        return TypedResults.Ok(new Page<Kept>(kept, false, null));
    }
}
