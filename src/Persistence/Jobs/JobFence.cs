using Npgsql;

namespace ConcatService.Persistence.Jobs;

/// <summary>A worker's right to write to a job: holds from one claim until the lease is given back or the next claim.</summary>
/// <param name="JobId">The job.</param>
/// <param name="TeamId">Its owner.</param>
/// <param name="Number">The number that the claim gave out.</param>
public readonly record struct JobFence(Guid JobId, int TeamId, long Number)
{
    /// <summary>What a statement on <c>jobs</c> must ask for with the parameters of <see cref="AddTo"/>.</summary>
    internal const string Condition = "jobs.id = @job and jobs.fence = @fence and jobs.lease_owner is not null";

    /// <summary>Keeps the fence from changing until the transaction of <paramref name="connection"/> ends.</summary>
    /// <exception cref="StaleFenceException">It has changed already.</exception>
    internal async Task HoldAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"select 1 from jobs where {Condition} for share", connection);
        AddTo(command);
        if (await command.ExecuteScalarAsync(cancel) is null)
            throw new StaleFenceException(this);
    }

    internal void AddTo(NpgsqlCommand command)
    {
        command.Parameters.AddWithValue("job", JobId);
        command.Parameters.AddWithValue("fence", Number);
    }
}
