using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Jobs;

/// <summary>GET /v1/jobs/{id}.</summary>
internal static class GetJob
{
    public static async Task<Results<Ok<JobResource>, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    ) => await db.FindJobAsync(caller, id, cancel) is { } job ? TypedResults.Ok(job) : Problems.NotFound("job", id.ToString());
}
