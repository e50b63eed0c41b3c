using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Quotas;

/// <summary>GET /v1/quotas?team=: the limits in force and what is used of them.</summary>
internal static class GetQuotas
{
    public sealed record Response(string Team, QuotaLimits Limits, QuotaUsage Used);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Caller caller,
        ConcatDb db,
        TeamQuotas quotas,
        CancellationToken cancel,
        [FromQuery] string? team = null
    )
    {
        if (await FindTeamAsync(db, caller, team, cancel) is not { } found)
            return Problems.NotFound("team", team!);
        if (found.Id != caller.TeamId && !caller.IsOperator)
            return Problems.Of(403, "access.other_team", "This key sees its own team's quotas. Leave 'team' out, or ask an operator.");
        return TypedResults.Ok(await ShowAsync(found, quotas, cancel));
    }

    public static async Task<Response> ShowAsync(Team team, TeamQuotas quotas, CancellationToken cancel) =>
        new(team.Name, await quotas.LimitsAsync(team.Id, cancel), await quotas.UsageAsync(team.Id, cancel));

    /// <summary>The team of that name, by default the caller's; null where there is none that the caller may know of.</summary>
    public static Task<Team?> FindTeamAsync(ConcatDb db, Caller caller, string? name, CancellationToken cancel) =>
        db.Teams.AsNoTracking().SingleOrDefaultAsync(team => name == null ? team.Id == caller.TeamId : team.Name == name, cancel);
}
