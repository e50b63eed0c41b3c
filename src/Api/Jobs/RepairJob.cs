using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Quotas;
using ConcatService.Domain.Repairs;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// POST /v1/jobs/{id}/repair: queues a job that races changes which may mend this one. The report is in that job's result; nothing is
/// applied. A second call while it has not ended answers with the same job.
/// </summary>
internal static class RepairJob
{
    public static async Task<Results<Accepted<JobResource>, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        ConcatDb db,
        JobControl control,
        TeamQuotas quotas,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        if (await db.Jobs.AsNoTracking().SingleOrDefaultAsync(job => job.TeamId == caller.TeamId && job.Id == id, cancel) is not { } job)
            return Problems.NotFound("job", id.ToString());
        if (job.Repair is not null)
            return Problems.Of(409, "repair.of_repair", "This job is a repair itself. Repair the job that it is of: 'repair_of'.");
        var running = await db
            .Jobs.Where(each => each.RepairOf == id && each.FinishedAt == null)
            .OrderBy(each => each.Id)
            .Select(each => (Guid?)each.Id)
            .FirstOrDefaultAsync(cancel);
        if (running is { } same && await db.FindJobAsync(caller, same, cancel) is { } shown)
            return TypedResults.Accepted($"/v1/jobs/{same}", shown);

        var findings = await db.FindingsAsync(job, cancel);
        var ofData = findings.Where(finding => FindingKinds.IsOfData(finding.Code)).ToList();
        var mendable = findings
            .Where(finding => FindingKinds.IsMendable(finding.Code) && !FindingKinds.Follows(finding.Code, ofData))
            .ToList();
        if (Refusal(job, mendable, ofData) is { } refusal)
            return refusal;
        await quotas.AdmitJobAsync(caller.TeamId, job.ModelName, cancel);
        var order = new RepairOrder(id, mendable, ofData, await StartAsync(db, id, mendable.Min(finding => finding.FirstStep), cancel));
        var repair = NewJob(job, order, time.GetUtcNow());
        await control.CreateAsync(repair, cancel);
        return TypedResults.Accepted($"/v1/jobs/{repair.Id}", (await db.FindJobAsync(caller, repair.Id, cancel))!);
    }

    private static ProblemHttpResult? Refusal(Job job, List<RepairFinding> mendable, List<RepairFinding> ofData)
    {
        if (mendable.Count > 0)
            return job.Settings.TryGetProperty("epochs", out var epochs) && epochs.GetInt64() == 0
                ? Problems.Of(409, "repair.nothing_found", "The job trains nothing, so there is no training to repair.")
                : null;
        if (ofData.Count == 0)
            return Problems.Of(
                409,
                "repair.nothing_found",
                job.FinishedAt is null
                    ? "Nothing is known to be wrong with the job so far. Ask again when it has ended."
                    : "Nothing is known to be wrong with the job. GET /v1/jobs/{id}/concats says whether its branches were judged; if they "
                        + "were not, train with settings.telemetry 'dense'."
            );
        var problem = Problems.Of(
            422,
            "repair.data_fault",
            "What is wrong lies in the data, and no change of the network or the settings mends it. "
                + string.Join(' ', ofData.Select(each => each.Message))
        );
        problem.ProblemDetails.Extensions["findings"] = ofData;
        return problem;
    }

    /// <summary>The newest checkpoint from before something was wrong; null where there is none.</summary>
    private static Task<RepairStart?> StartAsync(ConcatDb db, Guid id, long before, CancellationToken cancel) =>
        db
            .Checkpoints.Where(kept => kept.JobId == id && kept.Step < before)
            .OrderByDescending(kept => kept.Step)
            .Select(kept => new RepairStart(kept.Step, kept.Sha256))
            .FirstOrDefaultAsync(cancel);

    /// <summary>With the job's own spec, data and settings: the candidates are made of them.</summary>
    private static Job NewJob(Job job, RepairOrder order, DateTimeOffset now)
    {
        var name = $"{job.Name} repair";
        return new()
        {
            Id = Guid.CreateVersion7(now),
            TeamId = job.TeamId,
            Name = name[..Math.Min(name.Length, 200)],
            Tags = job.Tags,
            ArchitectureId = job.ArchitectureId,
            Spec = job.Spec,
            Dataset = job.Dataset,
            Settings = job.Settings,
            PredictedMemoryBytes = job.PredictedMemoryBytes,
            InitialWeights = job.InitialWeights,
            InitialSha256 = job.InitialSha256,
            ModelName = job.ModelName,
            RepairOf = job.Id,
            Repair = order.ToJson(),
            Queue = job.Queue,
            Epochs = 1,
            CreatedAt = new(now.Ticks / 10 * 10, TimeSpan.Zero),                        // what PostgreSQL keeps: microseconds
        };
    }
}
