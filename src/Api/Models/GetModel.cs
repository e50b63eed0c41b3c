using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Inference.Engine;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Models;

/// <summary>GET /v1/models/{name}.</summary>
internal static class GetModel
{
    /// <param name="Aliases">What an admin has given names to. Without a version, callers get <c>production</c>, or the newest where there
    /// is none such.</param>
    public sealed record Response(string Name, IReadOnlyList<VersionResource> Versions, IReadOnlyList<Aliases.Alias> Aliases);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        string name,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    )
    {
        var versions = await db.VersionsOf(caller.TeamId, name).ToListAsync(cancel);
        if (versions.Count == 0)
            return Problems.NotFound("model", name);
        var aliases = await db.AliasesOf(caller.TeamId, name).ToListAsync(cancel);
        return TypedResults.Ok(
            new Response(
                name,
                [.. versions.Select(version => VersionResource.Of(name, version))],
                [.. aliases.Select(Models.Aliases.Alias.Of)]
            )
        );
    }
}
