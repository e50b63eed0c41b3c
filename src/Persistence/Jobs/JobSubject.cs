using Npgsql;

namespace ConcatService.Persistence.Jobs;

/// <summary>What a log line about a job names besides it.</summary>
/// <param name="Team">The team's name; its number where it has just been removed.</param>
/// <param name="Traceparent">The request that asked for the job, or null.</param>
public sealed record JobSubject(string Team, string? Traceparent)
{
    public static async Task<JobSubject> ReadAsync(NpgsqlDataSource source, Guid job, int team, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(
            "select teams.name, jobs.traceparent from teams left join jobs on jobs.id = @job where teams.id = @team"
        );
        command.Parameters.AddWithValue("job", job);
        command.Parameters.AddWithValue("team", team);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel)
            ? new(reader.GetString(0), await reader.IsDBNullAsync(1, cancel) ? null : reader.GetString(1))
            : new($"{team}", null);
    }
}
