using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Jobs;

/// <summary>
/// POST /v1/jobs/{id}/pause: 200 with the job when nobody works on it any more, 202 while its worker still writes a checkpoint. Pausing
/// twice is harmless; a job that is about to end, or has, is a 409.
/// </summary>
internal static class PauseJob
{
    public static async Task<Results<Ok<JobResource>, Accepted<JobResource>, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        ConcatDb db,
        JobControl control,
        CancellationToken cancel
    )
    {
        if (
            await control.PauseAsync(caller.TeamId, id, cancel) is not { } state
            || await db.FindJobAsync(caller, id, cancel) is not { } job
        )
            return Problems.NotFound("job", id.ToString());
        return state switch
        {
            JobState.Paused => TypedResults.Ok(job),
            JobState.Pausing => TypedResults.Accepted($"/v1/jobs/{id}", job),
            _ => Problems.Of(409, "job.not_pausable", $"The job is {state.Name()}: there is nothing left to hold."),
        };
    }
}
