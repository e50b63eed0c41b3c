using ConcatService.Api.Access;
using ConcatService.Api.Docs;

namespace ConcatService.Api.Teams;

/// <summary>/v1/teams: for whoever operates the instance. A team is made when its first key is.</summary>
internal static class TeamRoutes
{
    public static void MapTeams(this IEndpointRouteBuilder app)
    {
        var teams = app.MapGroup("/v1/teams").WithTags("Teams").RequireScope(Scopes.Operator);
        teams.MapGet("", ListTeams.Handle).WithName("list_teams").WithSummary("List teams, newest first, and how much they have");

        var team = teams.MapGroup("{name}").ProducesProblem(404).ProducesProblem(409);
        team.MapPatch("", RenameTeam.Handle)
            .WithName("rename_team")
            .WithSummary("Rename a team")
            .WithDescription("Its keys, jobs, data and models stay. Names that people would take for another's are refused.")
            .TakesJson("TeamRequest", RenameTeam.Example)
            .ProducesProblem(422);
        team.MapDelete("", DeleteTeam.Handle)
            .WithName("delete_team")
            .WithSummary("Delete a team with everything that it has")
            .WithDescription(
                "Its keys, sessions, jobs, checkpoints, data sets and models. Its jobs are cancelled first; while a worker still has one, "
                    + "the answer is a 409 that names it. The audit stays."
            )
            .Parameter("confirm", "The team's name once more; without it nothing is deleted.")
            .ProducesProblem(400);
    }
}
