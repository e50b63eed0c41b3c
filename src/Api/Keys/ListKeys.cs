using ConcatService.Api.Access;
using ConcatService.Api.Paging;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Keys;

/// <summary>GET /v1/keys: keys of the caller's team, of all teams for an operator; newest first, revoked ones too.</summary>
internal static class ListKeys
{
    public static async Task<Ok<Page<KeyResource>>> Handle(Caller caller, PageQuery page, ConcatDb db, CancellationToken cancel)
    {
        var after = page.AfterId;
        var rows = await db.ApiKeys.AsNoTracking()
            .Where(key => (caller.IsOperator || key.TeamId == caller.TeamId) && (after == null || key.Id < after))
            .OrderByDescending(key => key.Id).Take(page.Limit + 1)
            .Join(db.Teams, key => key.TeamId, team => team.Id, (key, team) => new { Key = key, team.Name })
            .OrderByDescending(row => row.Key.Id)
            .ToListAsync(cancel);
        return TypedResults.Ok(page.Of(rows, row => row.Key.Id, row => KeyResource.Of(row.Key, row.Name)));
    }
}
