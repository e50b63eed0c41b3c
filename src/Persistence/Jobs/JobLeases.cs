using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Queue;
using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Jobs;

/// <summary>Who works on what: claims, renewals, and leases given back or taken away. All times are the database's.</summary>
public sealed class JobLeases(NpgsqlDataSource source, JobQueue queue)
{
    private const string ClaimSql = $"""
        with old as (select id, state from jobs where id = @job for update)
        , moved as (
            update jobs set
                state = @to, fence = fence + 1, attempt = attempt + 1, attempts_since_checkpoint = attempts_since_checkpoint + 1,
                lease_owner = @owner, lease_expires_at = now() + @lease,
                started_at = coalesce(started_at, now()), last_event = last_event + 1
            from old
            where jobs.id = old.id and jobs.state = old.state
              and old.state = any(@from)
              and (old.state <> all(@held) or (lease_expires_at < now() and attempts_since_checkpoint < @poison))
              and not (exists (select from workers mine where mine.id = @owner and mine.memory_bytes < predicted_memory_bytes)
                       and exists (select from workers larger
                                   where larger.last_seen_at > now() - @worker_timeout and jobs.queue = any(larger.queues)
                                     and coalesce(larger.memory_bytes >= predicted_memory_bytes, true)))
            returning jobs.id, jobs.team_id, old.state as from_state, jobs.state as to_state, jobs.fence, jobs.attempt, jobs.last_event,
                      format('Attempt %s starts on %s.', jobs.attempt, @host) as reason, @owner as actor)
        {JobSql.Record}
        , lost as (
            update job_attempts set ended_at = now(), reason = 'The lease expired.' from moved
            where job_attempts.job_id = moved.id and job_attempts.number = moved.attempt - 1 and job_attempts.ended_at is null)
        , begun as (
            insert into job_attempts (job_id, number, team_id, fence, worker, process_id)
            select id, attempt, team_id, fence, @owner, @process from moved)
        select team_id, fence from moved
        """;

    /// <summary>
    /// Takes a job for <see cref="JobLife.Lease"/>: from the queue, or from a worker that has let its lease expire. The attempt counts from
    /// here, so that a job that kills its process counts too. A job that this worker's memory cannot hold is left to one that has more,
    /// where there is one.
    /// </summary>
    /// <param name="jobId">The job.</param>
    /// <param name="owner">The worker.</param>
    /// <param name="processId">The trainer's process, for the operator.</param>
    /// <param name="cancel">Stops the wait.</param>
    /// <returns>The right to write to the job, or null: someone else has it, or it is not waiting any more. That is normal.</returns>
    public async Task<JobFence?> ClaimAsync(Guid jobId, WorkerIdentity owner, int processId, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(ClaimSql);
        command.Parameters.AddWithValue("job", jobId);
        command.Parameters.AddWithValue("owner", owner.Id);
        command.Parameters.AddWithValue("host", owner.Host);
        command.Parameters.AddWithValue("process", processId);
        command.Parameters.AddWithValue("from", JobSql.Names(JobLife.Before(JobState.Starting)));
        command.Parameters.AddWithValue("to", JobState.Starting.Name());
        command.Parameters.AddWithValue("lease", JobLife.Lease);
        command.Parameters.AddWithValue("worker_timeout", JobLife.WorkerTimeout);
        command.Parameters.AddWithValue("poison", JobLife.PoisonAttempts);
        command.Parameters.AddStates();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? new JobFence(jobId, reader.GetInt32(0), reader.GetInt64(1)) : null;
    }

    /// <summary>Holds the job for another <see cref="JobLife.Lease"/>.</summary>
    /// <returns>The job's state, from which the worker sees what is asked of it, or null: the lease is lost, stop.</returns>
    public Task<JobState?> RenewAsync(JobFence fence, CancellationToken cancel) =>
        StateAsync($"update jobs set lease_expires_at = now() + @lease where {JobFence.Condition} returning state", fence, cancel);

    /// <summary>The same answer as <see cref="RenewAsync"/>, without holding the job for longer: cheap enough for every second.</summary>
    public Task<JobState?> ReadStateAsync(JobFence fence, CancellationToken cancel) =>
        StateAsync($"select state from jobs where {JobFence.Condition}", fence, cancel);

    /// <summary>Gives one lease back before its time, because the trainer died or the worker leaves.</summary>
    /// <param name="fence">The lease.</param>
    /// <param name="reason">For people, one sentence.</param>
    /// <param name="counts">Whether the attempt counts against <see cref="JobLife.PoisonAttempts"/>; an orderly shutdown does not.</param>
    /// <param name="cancel">Stops the wait.</param>
    /// <returns>Where the job is now, or null when there was nothing to give back: it had ended.</returns>
    public async Task<JobState?> ReleaseAsync(JobFence fence, string reason, bool counts, CancellationToken cancel) =>
        (await EndAsync(new LeaseReturn(JobFence.Condition, reason) { Fence = fence, Counts = counts }, cancel))
            .SingleOrDefault()
            ?.State;

    /// <summary>Takes back what workers hold that are known to be gone. Returns how many jobs that were.</summary>
    public async Task<int> ReclaimFromAsync(string[] owners, CancellationToken cancel) =>
        (await EndAsync(new LeaseReturn("jobs.lease_owner = any(@owners)", "The worker was lost.") { Owners = owners }, cancel)).Count;

    /// <summary>Takes back every expired lease. Returns how many jobs that were.</summary>
    public async Task<int> ReclaimExpiredAsync(CancellationToken cancel) =>
        (await EndAsync(new LeaseReturn("jobs.lease_expires_at < now()", Expired), cancel)).Count;

    private static string Expired => $"The worker did not renew its lease for {JobLife.Lease.TotalSeconds} s.";

    private async Task<IReadOnlyList<LeaseReturn.Returned>> EndAsync(LeaseReturn lease, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        var jobs = await lease.ExecuteAsync(connection, cancel);
        foreach (var job in jobs.Where(job => job.State == JobState.Queued))
            queue.Ring(job.Id, Queues.ResumeOf(job.Queue));
        return jobs;
    }

    private async Task<JobState?> StateAsync(string sql, JobFence fence, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(sql);
        fence.AddTo(command);
        command.Parameters.AddWithValue("lease", NpgsqlDbType.Interval, JobLife.Lease);
        return await command.ExecuteScalarAsync(cancel) is string name ? Enum.Parse<JobState>(name, ignoreCase: true) : null;
    }
}
