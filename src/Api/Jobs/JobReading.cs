using ConcatService.Api.Access;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>Jobs with everything that belongs to them, in as many queries for a page as for one.</summary>
internal static class JobReading
{
    /// <summary>Null when the caller's team has no such job.</summary>
    public static async Task<JobResource?> FindJobAsync(this ConcatDb db, Caller caller, Guid id, CancellationToken cancel)
    {
        var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(job => job.TeamId == caller.TeamId && job.Id == id, cancel);
        return job is null ? null : (await db.ShowAsync([job], cancel))[0];
    }

    /// <summary>In the order given.</summary>
    public static async Task<List<JobResource>> ShowAsync(this ConcatDb db, IReadOnlyList<Job> jobs, CancellationToken cancel)
    {
        var ids = jobs.Select(job => job.Id).ToArray();
        var attempts = (
            await db
                .JobAttempts.AsNoTracking()
                .Where(attempt => ids.Contains(attempt.JobId))
                .OrderBy(attempt => attempt.Number)
                .ToListAsync(cancel)
        ).ToLookup(attempt => attempt.JobId);
        var models = await db
            .ModelVersions.Where(version => ids.Contains(version.JobId) && version.CheckpointStep == null)
            .Join(
                db.Models,
                version => version.ModelId,
                model => model.Id,
                (version, model) =>
                    new
                    {
                        version.JobId,
                        model.Name,
                        version.Version,
                        version.State,
                        version.WeightsSha256,
                    }
            )
            .ToDictionaryAsync(
                row => row.JobId,
                row => new JobResource.Made(row.Name, row.Version.ToString(), row.State, row.WeightsSha256),
                cancel
            );
        var listened = jobs.Any(job => job.State == JobState.Queued) ? await ListenedQueuesAsync(db, cancel) : [];
        return [.. jobs.Select(job => JobResource.Of(job, attempts[job.Id], models.GetValueOrDefault(job.Id), Notice(job, listened)))];
    }

    private static async Task<HashSet<string>> ListenedQueuesAsync(ConcatDb db, CancellationToken cancel) =>
        [
            .. await db
                .Database.SqlQuery<string>(
                    $"""
                    select distinct unnest(queues) as "Value" from workers where last_seen_at > now() - {JobLife.WorkerTimeout}
                    """
                )
                .ToListAsync(cancel),
        ];

    private static string? Notice(Job job, HashSet<string> listened)
    {
        var queue = job.Attempt == 0 ? job.Queue : Queues.ResumeOf(job.Queue);
        return job.State == JobState.Queued && !listened.Contains(queue)
            ? $"No worker listens to the queue {queue}: the job waits until one does. GET /v1/workers says who is there."
            : null;
    }
}
