using ConcatService.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence;

/// <summary>What the owner of a job can do with it.</summary>
public sealed class JobControl(ConcatDb db, JobTransitions transitions, JobQueue queue)
{
    /// <summary>Keeps the job, then rings for it. A crash in between costs seconds: the reconciler rings again.</summary>
    public async Task CreateAsync(Job job, CancellationToken cancel)
    {
        db.Add(job);
        await db.SaveChangesAsync(cancel);
        queue.Ring(job.Id, job.Queue);
    }

    /// <summary>
    /// Ends a job: at once when nobody works on it, otherwise by asking the worker, who has <see cref="JobState.Cancelled"/> there within seconds.
    /// A job that has ended, or is about to, stays as it is.
    /// </summary>
    /// <returns>The state the job is in now, or null when the team has no such job.</returns>
    public async Task<JobState?> CancelAsync(int teamId, Guid jobId, CancellationToken cancel)
    {
        while (true)
        {
            var found = await db.Jobs.Where(job => job.TeamId == teamId && job.Id == jobId).Select(job => (JobState?)job.State).SingleOrDefaultAsync(cancel);
            JobState? to = found switch
            {
                JobState.Queued or JobState.Paused => JobState.Cancelled,
                JobState.Starting or JobState.Running or JobState.Finalizing or JobState.Pausing => JobState.Cancelling,
                _ => null,
            };
            if (to is not { } target)
                return found;

            // Lost against the worker or another caller: look again.
            if (await transitions.TryMoveAsync(new JobMove(jobId, target, "Cancelled on request.", "api") { From = found }, cancel))
                return target;
        }
    }
}
