using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Api.Inference.Engine;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Teams;

/// <summary>
/// DELETE /v1/teams/{name}?confirm=NAME: the team with everything that it has. Its jobs are cancelled first; while a worker still has one,
/// it is a 409 that names them. The audit keeps its rows.
/// </summary>
internal static class DeleteTeam
{
    private const int MostNamed = 10;

    private static readonly JobState[] Held = [.. JobLife.Held], Ended = [.. JobLife.Terminal];

    /// <param name="confirm">The team's name once more.</param>
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string name,
        Caller caller,
        AuditTrail trail,
        ConcatDb db,
        JobControl jobs,
        KnownKeys known,
        ServedVersions served,
        CancellationToken cancel,
        [FromQuery] string? confirm = null
    )
    {
        if (await db.Teams.AsNoTracking().SingleOrDefaultAsync(team => team.Name == name, cancel) is not { } team)
            return Problems.NotFound("team", name);
        if (confirm != name)
            return Problems.Of(400, "team.confirm", $"This deletes everything that '{name}' has. Send ?confirm={name} if that is meant.");
        if (team.Id == caller.TeamId)
            return Problems.Of(409, "team.own", $"The key of this call belongs to '{name}'. Use an operator's key of another team.");

        await CancelAllAsync(db, jobs, team, cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // No job begins from here on: a worker that claims one asks for the job's row and then for the team's, a new one for the team's.
        await db.Database.ExecuteSqlAsync($"select from jobs where team_id = {team.Id} for update", cancel);
        await db.Database.ExecuteSqlAsync($"select from teams where id = {team.Id} for update", cancel);
        if (await HeldAsync(db, team, cancel) is { Count: > 0 } held)
            return Busy(name, held);
        var models = await db.Models.Where(model => model.TeamId == team.Id).Select(model => model.Name).ToListAsync(cancel);
        // From here to the end, also where the caller does not wait for it.
        await TeamRemoval.RemoveAsync(db, team.Id, CancellationToken.None);
        db.Add(trail.Entry(AuditAction.DeleteTeam, team.Id, name, name));
        await db.SaveChangesAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        known.ForgetAll();
        models.ForEach(model => served.Forget(team.Id, model));
        return TypedResults.NoContent();
    }

    /// <summary>Ends at once what waits, and asks the workers that have the others.</summary>
    private static async Task CancelAllAsync(ConcatDb db, JobControl jobs, Team team, CancellationToken cancel)
    {
        var unfinished = await db
            .Jobs.Where(job => job.TeamId == team.Id && !Ended.Contains(job.State))
            .Select(job => job.Id)
            .ToListAsync(cancel);
        foreach (var job in unfinished)
            await jobs.CancelAsync(team.Id, job, cancel);
    }

    private static Task<List<Guid>> HeldAsync(ConcatDb db, Team team, CancellationToken cancel) =>
        db.Jobs.Where(job => job.TeamId == team.Id && Held.Contains(job.State)).Select(job => job.Id).ToListAsync(cancel);

    private static ProblemHttpResult Busy(string name, List<Guid> held) =>
        Problems.Of(
            409,
            "team.busy",
            $"Workers still have {(held.Count == 1 ? "a job" : $"{held.Count} jobs")} of '{name}': "
                + $"{string.Join(", ", held.Take(MostNamed))}{(held.Count > MostNamed ? ", …" : "")}. They were asked to stop; all other "
                + "jobs are cancelled. Send the call again in some seconds."
        );
}
