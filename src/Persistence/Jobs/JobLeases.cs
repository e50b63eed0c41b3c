using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Queue;
using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Jobs;

/// <summary>Who works on what: claims, renewals, and leases given back or taken away. All times are the database's.</summary>
public sealed class JobLeases(NpgsqlDataSource source, JobQueue queue)
{
    /// <summary>A worker leaves a job that its memory cannot hold to one that has more, where there is one.</summary>
    private const string Fits = """
        not (exists (select from workers mine where mine.id = @owner and mine.memory_bytes < jobs.predicted_memory_bytes)
             and exists (select from workers larger
                         where larger.last_seen_at > now() - @worker_timeout and jobs.queue = any(larger.queues)
                           and coalesce(larger.memory_bytes >= jobs.predicted_memory_bytes, true)))
        """;

    private const string This = "select id, state from jobs where id = @job for update";

    /// <summary>
    /// Whose turn it is. Between teams: the one that runs the fewest jobs for its weight, then the one that has waited longest for a turn.
    /// Inside a team: what has begun, then by priority, where <see cref="JobLife.PriorityStep"/> of waiting is worth a step, so that
    /// nothing waits for ever. Of each team and queue a few are looked at, because other workers may claim the first ones at this moment.
    /// </summary>
    private const string Next = $"""
        select jobs.id, jobs.state
        from (select distinct team_id, queue from jobs where state = @queued and queue = any(@queues)) as waiting
        join teams on teams.id = waiting.team_id
        left join team_quotas on team_quotas.team_id = waiting.team_id
        cross join lateral (
            select count(*) as jobs from jobs held where held.team_id = waiting.team_id and held.lease_owner is not null) as running
        cross join lateral (
            select id from jobs
            where team_id = waiting.team_id and queue = waiting.queue and state = @queued and {Fits}
            order by attempt = 0, queued_at limit 16) as head
        join jobs on jobs.id = head.id
        where jobs.state = @queued and running.jobs < coalesce(team_quotas.running_jobs, running.jobs + 1)
        order by running.jobs / coalesce(team_quotas.weight, 1), teams.served_at nulls first, teams.id,
                 jobs.attempt = 0, jobs.queued_at + ascii(jobs.queue) * @step, jobs.id
        limit 1 for update of jobs skip locked
        """;

    private const string ClaimSql = $$"""
        with old as ({0})
        , moved as (
            update jobs set
                state = @to, fence = fence + 1, attempt = attempt + 1, attempts_since_checkpoint = attempts_since_checkpoint + 1,
                lease_owner = @owner, lease_expires_at = now() + @lease,
                started_at = coalesce(started_at, now()), last_event = last_event + 1
            from old
            where jobs.id = old.id and jobs.state = old.state
              and old.state = any(@from)
              and (old.state <> all(@held) or (lease_expires_at < now() and attempts_since_checkpoint < @poison))
              and {{Fits}}
            returning jobs.id, jobs.team_id, old.state as from_state, jobs.state as to_state, jobs.fence, jobs.attempt, jobs.last_event,
                      format('Attempt %s starts on %s.', jobs.attempt, @host) as reason, @owner as actor)
        {{JobSql.Record}}
        , lost as (
            update job_attempts set ended_at = now(), reason = 'The lease expired.' from moved
            where job_attempts.job_id = moved.id and job_attempts.number = moved.attempt - 1 and job_attempts.ended_at is null)
        , begun as (
            insert into job_attempts (job_id, number, team_id, fence, worker, process_id)
            select id, attempt, team_id, fence, @owner, @process from moved)
        , served as (update teams set served_at = now() from moved where teams.id = moved.team_id)
        select id, team_id, fence from moved
        """;

    /// <summary>
    /// Takes a job for <see cref="JobLife.Lease"/>: from the queue, or from a worker that has let its lease expire. The attempt counts from
    /// here, so that a job that kills its process counts too.
    /// </summary>
    /// <param name="jobId">The job.</param>
    /// <param name="owner">The worker.</param>
    /// <param name="processId">The trainer's process, for the operator.</param>
    /// <param name="cancel">Stops the wait.</param>
    /// <returns>The right to write to the job, or null: someone else has it, or it is not waiting any more. That is normal.</returns>
    public Task<JobFence?> ClaimAsync(Guid jobId, WorkerIdentity owner, int processId, CancellationToken cancel) =>
        ClaimAsync(This, JobLife.Before(JobState.Starting), jobId, [], owner, processId, cancel);

    /// <summary>
    /// Answers a doorbell: takes the job whose turn it is, which need not be the one that it rang for. That one is rung for again while it
    /// waits, so that every waiting job has a bell. Where no job has its turn, the one that it rang for may be another worker's whose lease
    /// has expired.
    /// </summary>
    /// <param name="rung">The job that the doorbell names.</param>
    /// <param name="owner">The worker.</param>
    /// <param name="device">The worker's.</param>
    /// <param name="processId">The trainer's process, for the operator.</param>
    /// <param name="cancel">Stops the wait.</param>
    /// <returns>The right to write to a job, or null: none waits, or only of teams that run as many as they may.</returns>
    public async Task<JobFence?> ClaimNextAsync(Guid rung, WorkerIdentity owner, string device, int processId, CancellationToken cancel)
    {
        string[] queues = [.. Queues.ListenedBy(device)];
        var claim =
            await ClaimAsync(Next, [JobState.Queued], rung, queues, owner, processId, cancel)
            ?? await ClaimAsync(This, JobLife.Held, rung, [], owner, processId, cancel);
        if (claim is { } other && other.JobId != rung)
            await RingAgainAsync(rung, cancel);
        return claim;
    }

    private async Task<JobFence?> ClaimAsync(
        string which,
        IEnumerable<JobState> from,
        Guid jobId,
        string[] queues,
        WorkerIdentity owner,
        int processId,
        CancellationToken cancel
    )
    {
        await using var command = source.CreateCommand(ClaimSql.Replace("{0}", which));
        command.Parameters.AddWithValue("job", jobId);
        command.Parameters.AddWithValue("queues", queues);
        command.Parameters.AddWithValue("owner", owner.Id);
        command.Parameters.AddWithValue("host", owner.Host);
        command.Parameters.AddWithValue("process", processId);
        command.Parameters.AddWithValue("from", JobSql.Names(from));
        command.Parameters.AddWithValue("to", JobState.Starting.Name());
        command.Parameters.AddWithValue("lease", JobLife.Lease);
        command.Parameters.AddWithValue("worker_timeout", JobLife.WorkerTimeout);
        command.Parameters.AddWithValue("poison", JobLife.PoisonAttempts);
        command.Parameters.AddWithValue("step", JobLife.PriorityStep);
        command.Parameters.AddStates();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? new JobFence(reader.GetGuid(0), reader.GetInt32(1), reader.GetInt64(2)) : null;
    }

    private async Task RingAgainAsync(Guid jobId, CancellationToken cancel)
    {
        await using var command = source.CreateCommand("select queue, attempt from jobs where id = @job and state = @queued");
        command.Parameters.AddWithValue("job", jobId);
        command.Parameters.AddWithValue("queued", JobState.Queued.Name());
        await using var reader = await command.ExecuteReaderAsync(cancel);
        if (await reader.ReadAsync(cancel))
            queue.Ring(jobId, Queues.Waiting(reader.GetString(0), reader.GetInt32(1)));
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

    /// <summary>
    /// Takes back what workers hold that are listed and have been silent for <see cref="JobLife.WorkerSilence"/>, their leases too. Only
    /// for a caller for whom the database has answered for longer than that: after an outage all workers were silent. Returns how many jobs
    /// that were.
    /// </summary>
    public async Task<int> ReclaimSilentAsync(CancellationToken cancel) =>
        (await EndAsync(new LeaseReturn(Silent, "The worker was not heard of for 10 s, while the database answered."), cancel)).Count;

    private const string Silent = """
        jobs.lease_expires_at < now() + @lease - @silence
        and exists (select from workers where workers.id = jobs.lease_owner and workers.last_seen_at < now() - @silence)
        """;

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
