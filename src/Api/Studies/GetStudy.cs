using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Studies;

/// <summary>GET /v1/studies/{id}.</summary>
internal static class GetStudy
{
    public static async Task<Results<Ok<StudyResource>, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        StudyReading reading,
        CancellationToken cancel
    ) => await reading.ShowAsync(caller, id, cancel) is { } study ? TypedResults.Ok(study) : Problems.NotFound("study", id.ToString());
}
