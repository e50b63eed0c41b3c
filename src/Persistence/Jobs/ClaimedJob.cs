using System.Text.Json;
using Npgsql;

namespace ConcatService.Persistence;

/// <summary>What a trainer needs of its job's row.</summary>
/// <param name="Id">The job.</param>
/// <param name="Name">For the owner.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="Spec">The JSON as it was sent.</param>
/// <param name="Dataset">Its name.</param>
/// <param name="Settings">As asked.</param>
/// <param name="ModelName">Under which the result is published.</param>
public sealed record ClaimedJob(Guid Id, string Name, int Attempt, string Spec, string Dataset, JsonElement Settings, string ModelName)
{
    /// <exception cref="StaleFenceException">Another attempt has the job.</exception>
    public static async Task<ClaimedJob> ReadAsync(NpgsqlDataSource source, JobFence fence, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"select name, attempt, spec, dataset, settings, model_name from jobs where {JobFence.Condition}");
        fence.AddTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        if (!await reader.ReadAsync(cancel))
            throw new StaleFenceException(fence);
        using var settings = JsonDocument.Parse(reader.GetString(4));
        return new ClaimedJob(fence.JobId, reader.GetString(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3), settings.RootElement.Clone(), reader.GetString(5));
    }
}
