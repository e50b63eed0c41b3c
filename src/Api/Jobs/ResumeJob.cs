using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Jobs;

/// <summary>
/// POST /v1/jobs/{id}/resume: 202, and the job goes on from its last checkpoint, before those that have not begun. Resuming twice is
/// harmless; one that was not held is a 409.
/// </summary>
internal static class ResumeJob
{
    public static async Task<Results<Accepted<JobResource>, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        ConcatDb db,
        JobControl control,
        CancellationToken cancel
    )
    {
        if (
            await control.ResumeAsync(caller.TeamId, id, cancel) is not { } state
            || await db.FindJobAsync(caller, id, cancel) is not { } job
        )
            return Problems.NotFound("job", id.ToString());
        return state == JobState.Queued
            ? TypedResults.Accepted($"/v1/jobs/{id}", job)
            : Problems.Of(
                409,
                "job.not_paused",
                $"The job is {state.Name()}, not paused.{(state == JobState.Pausing ? " It will be in a moment." : "")}"
            );
    }
}
