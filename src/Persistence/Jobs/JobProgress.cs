using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Jobs;

/// <summary>How far a job is, as its trainer sees it.</summary>
/// <param name="Epoch">The epoch in work, from 1.</param>
/// <param name="Epochs">How many there will be.</param>
/// <param name="Step">Training steps done over all epochs.</param>
/// <param name="Steps">How many there will be.</param>
/// <param name="SamplesPerSecond">Of training steps only.</param>
/// <param name="Remaining">Until the job's end, or null when unknown.</param>
public sealed record JobProgress(int Epoch, int Epochs, long Step, long Steps, double? SamplesPerSecond, TimeSpan? Remaining)
{
    private const string Sql = $"""
        update jobs set
            epoch = @epoch, epochs = @epochs, step = @step, steps = @steps,
            samples_per_second = @rate, estimated_finish_at = now() + @remaining
        where {JobFence.Condition}
        """;

    /// <summary>Puts it into the job's row.</summary>
    /// <exception cref="StaleFenceException">Another attempt has the job.</exception>
    public async Task WriteAsync(NpgsqlDataSource source, JobFence fence, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(Sql);
        fence.AddTo(command);
        command.Parameters.AddWithValue("epoch", Epoch);
        command.Parameters.AddWithValue("epochs", Epochs);
        command.Parameters.AddWithValue("step", Step);
        command.Parameters.AddWithValue("steps", Steps);
        command.Parameters.AddWithValue("rate", NpgsqlDbType.Double, (object?)SamplesPerSecond ?? DBNull.Value);
        command.Parameters.AddWithValue("remaining", NpgsqlDbType.Interval, (object?)Remaining ?? DBNull.Value);
        if (await command.ExecuteNonQueryAsync(cancel) == 0)
            throw new StaleFenceException(fence);
    }
}
