using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Queue;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Jobs;

/// <summary>What the owner of a job can do with it.</summary>
public sealed class JobControl(ConcatDb db, JobTransitions transitions, JobQueue queue)
{
    /// <summary>Keeps the job, then rings for it. A crash in between costs seconds: the reconciler rings again.</summary>
    public Task CreateAsync(Job job, CancellationToken cancel) => CreateAsync([job], cancel);

    /// <summary>The same of several: all of them are kept, or none.</summary>
    public async Task CreateAsync(IReadOnlyList<Job> jobs, CancellationToken cancel)
    {
        db.AddRange(jobs);
        await db.SaveChangesAsync(cancel);
        foreach (var job in jobs)
            queue.Ring(job.Id, job.Queue);
    }

    /// <summary>
    /// Holds a job: at once when nobody works on it, otherwise by asking the worker, who writes a checkpoint and leaves. One that is in its
    /// last moments or has ended cannot be held.
    /// </summary>
    /// <returns>The state the job is in now, or null when the team has no such job.</returns>
    public Task<JobState?> PauseAsync(int teamId, Guid jobId, CancellationToken cancel) =>
        MoveAsync(teamId, jobId, "Paused on request.", from => Next(from, JobState.Pausing, JobState.Paused), cancel);

    /// <summary>Lets a paused job go on from its last checkpoint, before those that have not begun. Any other one stays as it is.</summary>
    /// <inheritdoc cref="PauseAsync"/>
    public async Task<JobState?> ResumeAsync(int teamId, Guid jobId, CancellationToken cancel)
    {
        var state = await MoveAsync(teamId, jobId, "Resumed on request.", from => Next(from, ask: null, JobState.Queued), cancel);
        if (
            state == JobState.Queued
            && await db.Jobs.Where(job => job.Id == jobId).Select(job => job.Queue).SingleOrDefaultAsync(cancel) is { } own
        )
            queue.Ring(jobId, Queues.ResumeOf(own));
        return state;
    }

    /// <summary>
    /// Ends a job: at once when nobody works on it, otherwise by asking the worker, who has <see cref="JobState.Cancelled"/> there within
    /// seconds. A job that has ended, or is about to, stays as it is.
    /// </summary>
    /// <returns>The state the job is in now, or null when the team has no such job.</returns>
    public Task<JobState?> CancelAsync(int teamId, Guid jobId, CancellationToken cancel) =>
        MoveAsync(teamId, jobId, "Cancelled on request.", from => Next(from, JobState.Cancelling, JobState.Cancelled), cancel);

    /// <summary>What a worker is asked for, and what is done at once where nobody holds the job; null where that does not follow.</summary>
    private static JobState? Next(JobState from, JobState? ask, JobState atOnce) =>
        (from.IsHeld() ? ask : atOnce) is { } to && JobLife.Allows(from, to) ? to : null;

    private async Task<JobState?> MoveAsync(int teamId, Guid jobId, string reason, Func<JobState, JobState?> next, CancellationToken cancel)
    {
        while (true)
        {
            var found = await db
                .Jobs.Where(job => job.TeamId == teamId && job.Id == jobId)
                .Select(job => (JobState?)job.State)
                .SingleOrDefaultAsync(cancel);
            if (found is not { } from || next(from) is not { } to)
                return found;

            // Lost against the worker or another caller: look again.
            if (await transitions.TryMoveAsync(new JobMove(jobId, to, reason, "api") { From = from }, cancel))
                return to;
        }
    }
}
