using ConcatService.Api.Access;
using ConcatService.Api.Assets;
using ConcatService.Api.Inference.Engine;
using ConcatService.Persistence;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Models;

/// <summary>GET /models/{name}[?version=N]: a model's card for people. 404, as a page, where the team has no such version.</summary>
internal static class ModelPage
{
    public static async Task<IResult> Handle(
        string name,
        int? version,
        HttpContext http,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    )
    {
        if (await db.VersionsOf(caller.TeamId, name).AnyAsync(each => version == null || each.Version == version, cancel))
            return PageFiles.Show("model.html");
        http.Response.StatusCode = 404;
        return TypedResults.Empty;
    }
}
