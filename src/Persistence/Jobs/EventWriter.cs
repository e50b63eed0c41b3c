using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Jobs;

/// <summary>Something to tell the owner of a job.</summary>
/// <param name="Level"><c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Type">For programs, lower case.</param>
/// <param name="Message">For people.</param>
/// <param name="Data">JSON, or null.</param>
public sealed record NewEvent(string Level, string Type, string Message, string? Data = null);

/// <summary>
/// Appends to a job's events. The row of the job hands out the sequence, so that it has no gaps and readers miss nothing.
/// </summary>
public sealed class EventWriter(NpgsqlDataSource source)
{
    private const string Sql = $"""
        with job as (update jobs set last_event = last_event + @count where {JobFence.Condition} returning id, team_id, last_event)
        insert into job_events (job_id, sequence, team_id, level, type, message, data)
        select job.id, job.last_event - @count + new.number, job.team_id, new.level, new.type, new.message, new.data::json
        from job, unnest(@levels, @types, @messages, @data) with ordinality as new (level, type, message, data, number)
        """;

    /// <exception cref="StaleFenceException">Another attempt has the job.</exception>
    public async Task WriteAsync(JobFence fence, IReadOnlyList<NewEvent> events, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(Sql);
        fence.AddTo(command);
        command.Parameters.AddWithValue("count", events.Count);
        command.Parameters.AddWithValue("levels", events.Select(entry => entry.Level).ToArray());
        command.Parameters.AddWithValue("types", events.Select(entry => entry.Type).ToArray());
        command.Parameters.AddWithValue("messages", events.Select(entry => entry.Message).ToArray());
        command.Parameters.AddWithValue("data", NpgsqlDbType.Array | NpgsqlDbType.Text, events.Select(entry => entry.Data).ToArray());
        if (events.Count > 0 && await command.ExecuteNonQueryAsync(cancel) == 0)
            throw new StaleFenceException(fence);
    }
}
