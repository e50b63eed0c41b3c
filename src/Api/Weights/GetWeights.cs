using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Weights;

/// <summary>GET /v1/weights/{id}: the file's tensors with their types and shapes.</summary>
internal static class GetWeights
{
    public static async Task<Results<Ok<WeightsResource>, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    ) =>
        await db
            .Weights.AsNoTracking()
            .SingleOrDefaultAsync(weights => weights.TeamId == caller.TeamId && weights.Id == id, cancel)
            is { } found
            ? TypedResults.Ok(WeightsResource.Of(found))
            : Problems.NotFound("upload of weights", $"{id}");
}
