using Npgsql;

namespace ConcatService.Persistence.Jobs;

/// <summary>What a job's training is expected to need.</summary>
/// <param name="MemoryBytes">At its peak.</param>
public sealed record JobPrediction(long MemoryBytes)
{
    /// <summary>Puts it into the job's row.</summary>
    /// <exception cref="StaleFenceException">Another attempt has the job.</exception>
    public async Task WriteAsync(NpgsqlDataSource source, JobFence fence, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"update jobs set predicted_memory_bytes = @bytes where {JobFence.Condition}");
        fence.AddTo(command);
        command.Parameters.AddWithValue("bytes", MemoryBytes);
        if (await command.ExecuteNonQueryAsync(cancel) == 0)
            throw new StaleFenceException(fence);
    }

    /// <summary>Null where nothing was predicted, or another attempt has the job.</summary>
    public static async Task<JobPrediction?> ReadAsync(NpgsqlDataSource source, JobFence fence, CancellationToken cancel)
    {
        await using var command = source.CreateCommand($"select predicted_memory_bytes from jobs where {JobFence.Condition}");
        fence.AddTo(command);
        return await command.ExecuteScalarAsync(cancel) is long bytes ? new(bytes) : null;
    }
}
