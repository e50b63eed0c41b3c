using ConcatService.Api.Access;
using ConcatService.Api.Paging;
using ConcatService.Domain.Data;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.DataSets;

/// <summary>GET /v1/datasets: the team's own, every version, newest first; on the last page also what every installation has.</summary>
internal static class ListDataSets
{
    public static async Task<Ok<Page<DataSetResource>>> Handle(PageQuery query, Caller caller, ConcatDb db, CancellationToken cancel)
    {
        var mine = db.DataSets.AsNoTracking().Where(data => data.TeamId == caller.TeamId);
        if (query.AfterId is { } after)
            mine = mine.Where(data => data.Id < after);
        var page = query.Of(
            await mine.OrderByDescending(data => data.Id).Take(query.Limit + 1).ToListAsync(cancel),
            data => data.Id,
            DataSetResource.Of
        );
        var withBuiltIn = page with { Data = [.. page.Data, .. BuiltInDataSets.All.Select(DataSetResource.Of)] };
        return TypedResults.Ok(page.HasMore ? page : withBuiltIn);
    }
}
