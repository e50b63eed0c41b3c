using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Architectures;

/// <summary>GET /v1/architectures/{id}.</summary>
internal static class GetArchitecture
{
    public static async Task<Results<Ok<ArchitectureResource>, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    ) =>
        await db.FindArchitectureAsync(caller, id, cancel) is { } found
            ? TypedResults.Ok(ArchitectureResource.Of(found))
            : Problems.NotFound("architecture", id.ToString());
}
