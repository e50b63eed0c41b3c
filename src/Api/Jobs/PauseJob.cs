using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// POST /v1/jobs/{id}/pause and /resume: 501. A pause without a checkpoint would throw the work away, which is what cancel is for; the routes are
/// there so that a client learns it from the answer.
/// </summary>
internal static class PauseJob
{
    public static async Task<ProblemHttpResult> Handle(Guid id, Caller caller, ConcatDb db, CancellationToken cancel) =>
        await db.Jobs.AnyAsync(job => job.TeamId == caller.TeamId && job.Id == id, cancel)
            ? Problems.Of(501, "job.pause_unavailable", "This version writes no checkpoints, so it can neither pause nor resume a job. Cancel it, or let it run.")
            : Problems.NotFound("job", id.ToString());
}
