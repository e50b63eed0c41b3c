using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Jobs;

/// <summary>
/// POST /v1/jobs/{id}/cancel, in every state: 200 with the job when it has ended, by this call or before; 202 while a worker still has to
/// stop. Success may win the race, and the answer says so.
/// </summary>
internal static class CancelJob
{
    public static async Task<Results<Ok<JobResource>, Accepted<JobResource>, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        ConcatDb db,
        JobControl control,
        CancellationToken cancel
    )
    {
        if (await control.CancelAsync(caller.TeamId, id, cancel) is null || await db.FindJobAsync(caller, id, cancel) is not { } job)
            return Problems.NotFound("job", id.ToString());
        return job.State.IsTerminal() ? TypedResults.Ok(job) : TypedResults.Accepted($"/v1/jobs/{id}", job);
    }
}
