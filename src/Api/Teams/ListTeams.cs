using ConcatService.Api.Paging;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Teams;

/// <summary>GET /v1/teams: every team with its counts, newest first.</summary>
internal static class ListTeams
{
    public static async Task<Ok<Page<TeamResource>>> Handle(PageQuery page, ConcatDb db, TimeProvider time, CancellationToken cancel)
    {
        var after = page.AfterNumber;
        var rows = await db
            .Teams.Where(team => after == null || team.Id < after)
            .OrderByDescending(team => team.Id)
            .Take(page.Limit + 1)
            .Counted(db, time.GetUtcNow())
            .ToListAsync(cancel);
        return TypedResults.Ok(page.Of(rows, team => (long)team.Id, team => team));
    }
}
