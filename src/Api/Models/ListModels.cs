using ConcatService.Api.Access;
using ConcatService.Api.Paging;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Models;

/// <summary>GET /v1/models.</summary>
internal static class ListModels
{
    /// <param name="LatestVersion">The newest that is ready; null where none is. Callers who name none get it, unless the model has an
    /// alias <c>production</c>.</param>
    public sealed record Listed(string Name, DateTimeOffset CreatedAt, string? LatestVersion);

    public static async Task<Ok<Page<Listed>>> Handle(PageQuery page, Caller caller, ConcatDb db, CancellationToken cancel)
    {
        var after = page.AfterId;
        var rows = await db
            .Models.Where(model => model.TeamId == caller.TeamId && (after == null || model.Id < after))
            .OrderByDescending(model => model.Id)
            .Take(page.Limit + 1)
            .Select(model => new
            {
                model.Id,
                model.Name,
                model.CreatedAt,
                Latest = db
                    .ModelVersions.Where(version => version.ModelId == model.Id && version.State == ModelVersion.Ready)
                    .Max(version => (int?)version.Version),
            })
            .ToListAsync(cancel);
        return TypedResults.Ok(page.Of(rows, row => row.Id, row => new Listed(row.Name, row.CreatedAt, row.Latest?.ToString())));
    }
}
