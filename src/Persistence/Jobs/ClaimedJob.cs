using System.Text.Json;
using Npgsql;

namespace ConcatService.Persistence.Jobs;

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
    /// <summary>A <see cref="Domain.Jobs.WeightsPlan"/>; null for a job that begins from random weights.</summary>
    public JsonElement? InitialWeights { get; init; }

    /// <summary>A <see cref="Domain.Repairs.RepairOrder"/>; null for a training.</summary>
    public JsonElement? Repair { get; init; }

    private const string Select = "select name, attempt, spec, dataset, settings, model_name, initial_weights, repair from jobs where";

    /// <exception cref="StaleFenceException">Another attempt has the job.</exception>
    public static async Task<ClaimedJob> ReadAsync(NpgsqlDataSource source, JobFence fence, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"{Select} {JobFence.Condition}");
        fence.AddTo(command);
        return await ReadAsync(command, fence.JobId, cancel) ?? throw new StaleFenceException(fence);
    }

    /// <summary>Whoever has the job, for those who only look; null when it was deleted.</summary>
    public static async Task<ClaimedJob?> ReadAsync(NpgsqlDataSource source, Guid job, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"{Select} id = @job");
        command.Parameters.AddWithValue("job", job);
        return await ReadAsync(command, job, cancel);
    }

    private static async Task<ClaimedJob?> ReadAsync(NpgsqlCommand command, Guid job, CancellationToken cancel)
    {
        await using var reader = await command.ExecuteReaderAsync(cancel);
        if (!await reader.ReadAsync(cancel))
            return null;
        using var settings = JsonDocument.Parse(reader.GetString(4));
        return new ClaimedJob(
            job,
            reader.GetString(0),
            reader.GetInt32(1),
            reader.GetString(2),
            reader.GetString(3),
            settings.RootElement.Clone(),
            reader.GetString(5)
        )
        {
            InitialWeights = await reader.IsDBNullAsync(6, cancel) ? null : JsonElement.Parse(reader.GetString(6)),
            Repair = await reader.IsDBNullAsync(7, cancel) ? null : JsonElement.Parse(reader.GetString(7)),
        };
    }
}
