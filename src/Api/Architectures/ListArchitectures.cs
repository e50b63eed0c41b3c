using ConcatService.Api.Access;
using ConcatService.Api.Paging;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Architectures;

/// <summary>GET /v1/architectures: kept specs, newest first, without the specs themselves.</summary>
internal static class ListArchitectures
{
    public static async Task<Ok<Page<ArchitectureResource>>> Handle(PageQuery page, Caller caller, ConcatDb db, CancellationToken cancel)
    {
        var after = page.AfterId;
        var rows = await db.Architectures
            .Where(kept => kept.TeamId == caller.TeamId && (after == null || kept.Id < after))
            .OrderByDescending(kept => kept.Id).Take(page.Limit + 1)
            .Select(kept => new ArchitectureResource(kept.Id, kept.Name, kept.Version, kept.SpecHash, kept.CreatedAt, null))
            .ToListAsync(cancel);
        return TypedResults.Ok(page.Of(rows, row => row.Id, row => row));
    }
}
