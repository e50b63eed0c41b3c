using System.Globalization;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Paging;
using ConcatService.Domain.Fields;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Audit;

/// <summary>GET /v1/audit: who changed what, newest first; of the caller's team, of all teams for an operator.</summary>
internal static class ListAudit
{
    private static readonly string[] Actions = [.. AuditAction.All.Select(action => action.Name)];

    /// <param name="action">Only changes of this kind.</param>
    /// <param name="since">Only changes at this time or later: ISO 8601, UTC where it names no zone.</param>
    /// <param name="team">Only changes to things of this team, by its name now or then; an operator's to choose.</param>
    public static async Task<Results<Ok<Page<AuditResource>>, ProblemHttpResult>> Handle(
        Caller caller,
        PageQuery page,
        ConcatDb db,
        CancellationToken cancel,
        [FromQuery] string? action = null,
        [FromQuery] string? since = null,
        [FromQuery] string? team = null
    )
    {
        if (action is not null && !Actions.Contains(action))
            return UnknownAction(action);
        if (!TryReadTime(since, out var from))
            return Problems.OfParameters(
                new ParameterError("since", "out_of_range", $"'since' is a time such as 2030-01-31T12:00:00Z, and not '{since}'.")
            );
        if (!caller.IsOperator && team is not null && team != caller.Team)
            return Problems.Of(403, "access.other_team", $"This key reads the audit of the team '{caller.Team}'. Leave 'team' out.");

        var rows = caller.IsOperator ? OfTeam(db, team) : db.Audit.Where(entry => entry.TeamId == caller.TeamId);
        var after = page.AfterNumber;
        var found = await rows.AsNoTracking()
            .Where(entry => after == null || entry.Id < after)
            .Where(entry => action == null || entry.Action == action)
            .Where(entry => from == null || entry.At >= from)
            .OrderByDescending(entry => entry.Id)
            .Take(page.Limit + 1)
            .ToListAsync(cancel);
        return TypedResults.Ok(page.Of(found, entry => entry.Id, AuditResource.Of));
    }

    /// <summary>Rows keep the name that a team had then: a renamed team is found by both, a deleted one by its last.</summary>
    private static IQueryable<AuditEntry> OfTeam(ConcatDb db, string? team) =>
        team is null
            ? db.Audit
            : db.Audit.Where(entry => entry.Team == team || db.Teams.Any(each => each.Name == team && each.Id == entry.TeamId));

    private static bool TryReadTime(string? text, out DateTimeOffset? time)
    {
        time = null;
        if (text is null)
            return true;
        if (!DateTimeOffset.TryParse(text, null, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var read))
            return false;
        time = read;
        return true;
    }

    private static ProblemHttpResult UnknownAction(string action) =>
        Problems.OfParameters(
            new ParameterError(
                "action",
                "unknown_action",
                $"There is no action '{action}'.{Spelling.DidYouMean(action, Actions)} The actions are {string.Join(", ", Actions)}."
            )
        );
}
