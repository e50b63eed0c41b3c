using ConcatService.Domain.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Jobs;

/// <summary>
/// The end of leases before their jobs' end. A job that was asked to stop has now stopped; one that has lost too many attempts in a row has
/// failed; every other one waits for its next attempt, and its team has the turn back that it had.
/// </summary>
/// <param name="Which">SQL condition on <c>jobs</c>.</param>
/// <param name="Reason">For people, one sentence.</param>
internal sealed record LeaseReturn(string Which, string Reason)
{
    private const string Sql = """
        with old as (
            select id, state, lease_owner, greatest(attempts_since_checkpoint - @uncounted, 0) as attempts from jobs
            where lease_owner is not null and {0} for update)
        , moved as (
            update jobs set
                state = next.state, attempts_since_checkpoint = old.attempts,
                lease_owner = null, lease_expires_at = null, estimated_finish_at = null,
                queued_at = case when next.state = @queued then now() else queued_at end,
                finished_at = case when next.state = any(@terminal) then now() end,
                error = case when next.state = @failed then @poison_error else error end,
                last_event = last_event + 1
            from old
            join unnest(@held, @after, @after_poison) as lost (state, after, after_poison) on lost.state = old.state
            cross join lateral (select case when old.attempts >= @poison then after_poison else after end as state) as next
            where jobs.id = old.id and jobs.state = old.state and jobs.lease_owner is not null
            returning jobs.id, jobs.team_id, old.state as from_state, jobs.state as to_state, jobs.fence, jobs.attempt, jobs.last_event,
                      jobs.queue, @reason as reason, old.lease_owner as actor)
        """ + JobSql.Record + JobSql.EndAttempt + """
        , owed as (update teams set served_at = null from moved where teams.id = moved.team_id and moved.to_state = @queued)
        select id, to_state, queue from moved
        """;

    public JobFence? Fence { get; init; }

    public string[] Owners { get; init; } = [];

    public bool Counts { get; init; } = true;

    public sealed record Returned(Guid Id, JobState State, string Queue);

    public async Task<IReadOnlyList<Returned>> ExecuteAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(Sql.Replace("{0}", Which), connection);
        Fence?.AddTo(command);
        command.Parameters.AddWithValue("owners", Owners);
        command.Parameters.AddWithValue("lease", JobLife.Lease);
        command.Parameters.AddWithValue("silence", JobLife.WorkerSilence);
        command.Parameters.AddWithValue("reason", Reason);
        command.Parameters.AddWithValue("uncounted", Counts ? 0 : 1);
        command.Parameters.AddWithValue("poison", JobLife.PoisonAttempts);
        command.Parameters.AddWithValue("after", After(isPoisoned: false));
        command.Parameters.AddWithValue("after_poison", After(isPoisoned: true));
        command.Parameters.AddStates();
        command.Parameters.AddWithValue("poison_error", NpgsqlDbType.Json, Poison().ToJson());

        var returned = new List<Returned>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            returned.Add(new Returned(reader.GetGuid(0), Enum.Parse<JobState>(reader.GetString(1), ignoreCase: true), reader.GetString(2)));
        return returned;
    }

    /// <summary>For each of <see cref="JobLife.Held"/>, in its order.</summary>
    private static string[] After(bool isPoisoned) => JobSql.Names(JobLife.Held.Select(state => JobLife.AfterLostLease(state, isPoisoned)));

    private JobFailure Poison() =>
        new(
            FailureClass.Infrastructure,
            "poison",
            $"{JobLife.PoisonAttempts} attempts in a row were lost without a new checkpoint. The last one: {Reason} "
                + "The worker's log says more; a job that needs more memory than there is ends this way."
        );
}
