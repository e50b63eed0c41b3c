using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Api.Inference.Engine;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Models;
using ConcatService.Persistence.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// DELETE /v1/jobs/{id}: forgets a job that has ended, with its attempts, events, metrics, checkpoints and the model versions that it made.
/// One that has not is cancelled first, by its owner.
/// </summary>
internal static class DeleteJob
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        AuditTrail trail,
        ConcatDb db,
        ServedVersions served,
        CancellationToken cancel
    )
    {
        var mine = db.Jobs.Where(job => job.TeamId == caller.TeamId && job.Id == id);
        if (await mine.Select(job => new { job.Name, job.State }).SingleOrDefaultAsync(cancel) is not { } found)
            return Problems.NotFound("job", id.ToString());
        if (!found.State.IsTerminal())
            return Problems.Of(409, "job.not_ended", $"The job is {found.State.Name()}. Cancel it first, then delete it.");

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // An alias that is set meanwhile waits for these rows.
        await db.Database.ExecuteSqlAsync($"select 1 from model_versions where job_id = {id} for update", cancel);
        if (await AliasesAsync(db, id, cancel) is { Count: > 0 } aliases)
            return Problems.Of(
                409,
                "model.aliased",
                $"The job made what {string.Join(" and ", aliases)} name{(aliases.Count == 1 ? "s" : "")}. An admin moves or deletes the "
                    + "alias first."
            );
        var files = await db.ModelVersions.Where(version => version.JobId == id).Select(version => version.OnnxSha256)
            .Concat(db.Checkpoints.Where(checkpoint => checkpoint.JobId == id).Select(checkpoint => checkpoint.Sha256))
            .Concat(db.CheckpointExports.Where(export => export.JobId == id && export.Sha256 != null).Select(export => export.Sha256!))
            .ToListAsync(cancel);
        var versions = await db
            .ModelVersions.Where(version => version.JobId == id)
            .Join(
                db.Models,
                version => version.ModelId,
                model => model.Id,
                (version, model) => new { version.ModelId, model.Name, version.Version }
            )
            .ToListAsync(cancel);
        await db.Metrics.Where(metric => metric.JobId == id).ExecuteDeleteAsync(cancel);
        // What else belongs to the job goes with it, by the database's own rules.
        if (await mine.ExecuteDeleteAsync(cancel) == 0)
            return Problems.NotFound("job", id.ToString());
        await ModelRemoval.RemoveEmptyAsync(db, [.. versions.Select(version => version.ModelId).Distinct()], cancel);
        await LooseFiles.RemoveAsync(db, caller.TeamId, [.. files], cancel);
        string[] gone = [.. versions.Select(version => $"{version.Name}:{version.Version}")];
        var details = new { name = found.Name, state = found.State.Name(), versions = gone };
        db.Add(trail.Entry(AuditAction.DeleteJob, id.ToString(), details));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        versions.ForEach(version => served.Forget(caller.TeamId, version.Name));
        return TypedResults.NoContent();
    }

    /// <summary>The aliases of versions that the job made: <c>two-branch:production</c>.</summary>
    private static Task<List<string>> AliasesAsync(ConcatDb db, Guid id, CancellationToken cancel) =>
        db
            .ModelVersions.Where(version => version.JobId == id)
            .Join(
                db.ModelAliases,
                version => new { version.ModelId, version.Version },
                alias => new { alias.ModelId, alias.Version },
                (version, alias) => new { alias.ModelId, alias.Name }
            )
            .Join(db.Models, alias => alias.ModelId, model => model.Id, (alias, model) => $"{model.Name}:{alias.Name}")
            .ToListAsync(cancel);
}
