using ConcatService.Domain.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Jobs;

/// <summary>Changes states: one compare-and-set each, with its row in <c>job_transitions</c> and its event.</summary>
public sealed class JobTransitions(NpgsqlDataSource source)
{
    private const string Sql = $"""
        with old as (select id, state from jobs where id = @job for update)
        , moved as (
            update jobs set
                state = @to,
                lease_owner = case when @to = any(@held) then lease_owner end,
                lease_expires_at = case when @to = any(@held) then lease_expires_at end,
                estimated_finish_at = case when @to = any(@held) then estimated_finish_at end,
                queued_at = case when @to = @queued then now() else queued_at end,
                cancel_requested_at = case when @is_cancel then coalesce(cancel_requested_at, now()) else cancel_requested_at end,
                pause_requested_at = case
                    when @is_pause then coalesce(pause_requested_at, now())
                    when @to = @queued then null
                    else pause_requested_at end,
                finished_at = case when @to = any(@terminal) then now() end,
                result = coalesce(@result, result),
                error = coalesce(@error, error),
                last_event = last_event + 1
            from old
            where jobs.id = old.id and jobs.state = old.state and old.state = any(@from)
              and (@fence is null or (jobs.fence = @fence and jobs.lease_owner is not null))
            returning jobs.id, jobs.team_id, old.state as from_state, jobs.state as to_state, jobs.fence, jobs.attempt, jobs.last_event,
                      @reason as reason, @actor as actor)
        {JobSql.Record}
        {JobSql.EndAttempt}
        select 1 from moved
        """;

    /// <summary>Returns whether the job was moved; it was not when it is in another state, or its fence is not the mover's.</summary>
    public async Task<bool> TryMoveAsync(JobMove move, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        return await TryMoveAsync(connection, move, cancel);
    }

    /// <summary>The same inside the caller's transaction.</summary>
    internal static async Task<bool> TryMoveAsync(NpgsqlConnection connection, JobMove move, CancellationToken cancel)
    {
        var from = JobLife.Before(move.To).Where(state => move.From is null || state == move.From);
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.AddWithValue("job", move.JobId);
        command.Parameters.AddWithValue("to", move.To.Name());
        command.Parameters.AddWithValue("from", JobSql.Names(from));
        command.Parameters.AddWithValue("is_cancel", move.To is JobState.Cancelling or JobState.Cancelled);
        command.Parameters.AddWithValue("is_pause", move.To is JobState.Pausing or JobState.Paused);
        command.Parameters.AddStates();
        command.Parameters.AddWithValue("reason", move.Reason);
        command.Parameters.AddWithValue("actor", move.Actor);
        command.Parameters.AddWithValue("fence", NpgsqlDbType.Bigint, (object?)move.Fence ?? DBNull.Value);
        command.Parameters.AddWithValue("result", NpgsqlDbType.Json, (object?)move.Result ?? DBNull.Value);
        command.Parameters.AddWithValue("error", NpgsqlDbType.Json, (object?)move.Error?.ToJson() ?? DBNull.Value);
        return await command.ExecuteScalarAsync(cancel) is not null;
    }
}
