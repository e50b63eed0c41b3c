using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Persistence.Studies;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Studies;

/// <summary>
/// POST /v1/studies/{id}/cancel: ends every job that has not ended; 202 while workers still have to stop. What has ended stays, and the
/// report is made of it. A study that has ended stays as it is.
/// </summary>
internal static class CancelStudy
{
    public static async Task<Results<Ok<StudyResource>, Accepted<StudyResource>, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        StudyReading reading,
        StudyStore store,
        CancellationToken cancel
    )
    {
        if (await reading.ShowAsync(caller, id, cancel) is not { } found)
            return Problems.NotFound("study", id.ToString());
        if (found.State == "finished")
            return TypedResults.Ok(found);
        await store.CancelAsync(id, cancel);
        if (await reading.ShowAsync(caller, id, cancel) is not { } study)
            return Problems.NotFound("study", id.ToString());
        return study.State == "cancelled" ? TypedResults.Ok(study) : TypedResults.Accepted($"/v1/studies/{id}", study);
    }
}
