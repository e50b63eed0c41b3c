using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Inference.Engine;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Models;

/// <summary>GET /v1/models/{name}/versions/{version}.</summary>
internal static class GetModelVersion
{
    public static async Task<Results<Ok<VersionResource>, ProblemHttpResult>> Handle(
        string name,
        int version,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    ) =>
        await db.FindVersionAsync(caller.TeamId, name, version, cancel) is { } found
            ? TypedResults.Ok(VersionResource.Of(name, found))
            : Problems.NotFound("model version", $"{name}/{version}");
}
