using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Models;

/// <summary>GET /v1/models/{name}.</summary>
internal static class GetModel
{
    public sealed record Response(string Name, IReadOnlyList<VersionResource> Versions);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(string name, Caller caller, ConcatDb db, CancellationToken cancel)
    {
        var versions = await db.ReadyVersions(caller.TeamId, name).ToListAsync(cancel);
        return versions.Count > 0
            ? TypedResults.Ok(new Response(name, [.. versions.Select(version => VersionResource.Of(name, version))]))
            : Problems.NotFound("model", name);
    }
}
