using ConcatService.Api.Access;
using ConcatService.Api.Docs;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Audit;

/// <summary>/v1/audit: who changed what.</summary>
internal static class AuditRoutes
{
    public static void MapAudit(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/audit", ListAudit.Handle)
            .RequireScope(Scopes.Admin)
            .WithTags("Audit")
            .WithName("list_audit")
            .WithSummary("List who changed what, newest first: of the team, or of all teams for an operator")
            .WithDescription(
                "Changes of keys, sessions, aliases, teams, quotas and retention, and deletions. Rows are kept for 400 days by default; "
                    + "nobody can change or delete one."
            )
            .Parameter("action", $"Only changes of this kind: {string.Join(", ", AuditAction.All.Select(action => action.Name))}.")
            .Parameter("since", "Only changes at this time or later, such as 2030-01-31T12:00:00Z.")
            .Parameter("team", "For operators: only changes to things of this team, by its name now or then.")
            .ProducesProblem(400);
}
