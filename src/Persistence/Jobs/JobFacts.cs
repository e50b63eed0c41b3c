using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Jobs;

/// <summary>What a job is really trained with.</summary>
/// <param name="ResolvedSettings">JSON object: every setting with the value in use.</param>
/// <param name="Environment">JSON object: library versions, threads, device.</param>
public sealed record JobFacts(string ResolvedSettings, string Environment)
{
    /// <summary>Puts it into the job's row.</summary>
    /// <exception cref="StaleFenceException">Another attempt has the job.</exception>
    public async Task WriteAsync(NpgsqlDataSource source, JobFence fence, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(
            $"update jobs set resolved_settings = @settings, environment = @environment where {JobFence.Condition}"
        );
        fence.AddTo(command);
        command.Parameters.AddWithValue("settings", NpgsqlDbType.Json, ResolvedSettings);
        command.Parameters.AddWithValue("environment", NpgsqlDbType.Json, Environment);
        if (await command.ExecuteNonQueryAsync(cancel) == 0)
            throw new StaleFenceException(fence);
    }
}
