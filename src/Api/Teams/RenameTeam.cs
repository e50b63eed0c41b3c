using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Api.Requests;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Teams;

/// <summary>
/// PATCH /v1/teams/{name}: <c>{ name }</c>, another name. Keys and whatever else the team has stay as they are, and groups of an OpenID
/// provider that are given the name before still mean this team. Other processes log the name before for some seconds.
/// </summary>
internal static class RenameTeam
{
    public const string Example = """{ "name": "vision" }""";

    public static async Task<Results<Ok<TeamResource>, ProblemHttpResult>> Handle(
        string name,
        JsonBody body,
        AuditTrail trail,
        ConcatDb db,
        KnownKeys known,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        var fields = new Fields(body.Root);
        var wanted = fields.RequiredText("name", TeamNames.MaxLength);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.Teams.AsNoTracking().SingleOrDefaultAsync(team => team.Name == name, cancel) is not { } team)
            return Problems.NotFound("team", name);
        if (wanted is not null && await TeamNaming.AlikeAsync(db, wanted, team.Id, cancel) is { } alike)
            return Problems.TeamAlike(wanted, alike);
        if (wanted is not null && !TeamNames.IsName(wanted))
            fields.Fault("name", "team_name", TeamNaming.Form);
        if (fields.Errors.Count > 0)
            return Problems.Invalid([.. fields.Errors]);

        var renamed = await db
            .Teams.Where(each => each.Id == team.Id && each.Name == name && each.Name != wanted)
            .ExecuteUpdateAsync(set => set.SetProperty(each => each.Name, wanted!), cancel);
        if (renamed > 0)
        {
            await RememberAsync(db, team.Id, name, cancel);
            db.Add(trail.Entry(AuditAction.RenameTeam, team.Id, wanted!, wanted!, new { from = name, to = wanted }));
        }

        await db.SaveChangesAsync(cancel);
        var now = await db.Teams.Where(each => each.Id == team.Id).Counted(db, time.GetUtcNow()).SingleAsync(cancel);
        await transaction.CommitAsync(cancel);
        known.ForgetAll();
        return TypedResults.Ok(now);
    }

    /// <summary>Whoever has the name in a configuration still means this team, as long as no other has it.</summary>
    private static Task<int> RememberAsync(ConcatDb db, int team, string before, CancellationToken cancel) =>
        db.Database.ExecuteSqlAsync(
            $"""
            update teams set former_names = case
                when id = {team} then array_append(array_remove(former_names, {before}), {before})
                else array_remove(former_names, {before}) end
            where id = {team} or {before} = any(former_names)
            """,
            cancel
        );
}
