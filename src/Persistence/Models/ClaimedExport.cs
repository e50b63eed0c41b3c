using ConcatService.Persistence.Entities;
using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Models;

/// <summary>A checkpoint that is to become a version of a model.</summary>
public sealed record ExportRequest(Guid JobId, long Step, int TeamId, string Sha256, string ModelName);

/// <summary>A <see cref="ExportRequest"/> that this process holds. Disposed without an end, it is there for the next attempt.</summary>
public sealed class ClaimedExport(ExportRequest export, NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
{
    // By the clock: now() is when the transaction began. The bytes go with the request that kept them, unless the job still has this
    // checkpoint; two statements, because the second must see what the first has left.
    private const string EndSql = """
        update checkpoint_exports set
            state = @state, sha256 = null, model_version = @version, error = @error, finished_at = clock_timestamp()
        where job_id = @job and step = @step;
        delete from blobs where team_id = @team and sha256 = @hash
            and not exists (select from checkpoints where checkpoints.team_id = @team and checkpoints.sha256 = @hash)
            and not exists (select from checkpoint_exports where checkpoint_exports.team_id = @team and checkpoint_exports.sha256 = @hash);
        """;

    public ExportRequest Export => export;

    /// <summary>Publishes the version, and ends the request: both or neither.</summary>
    /// <returns>The version's number, from 1.</returns>
    public async Task<int> SucceedAsync(NewModelVersion model, CancellationToken cancel)
    {
        var version = await ModelRegistry.AddAsync(connection, export, model, cancel);
        await EndAsync(CheckpointExport.Succeeded, version, null, cancel);
        return version;
    }

    /// <param name="error">For people: where, what, the numbers, what to do.</param>
    /// <param name="cancel">Stops the wait.</param>
    public Task FailAsync(string error, CancellationToken cancel) => EndAsync(CheckpointExport.Failed, null, error, cancel);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    private async Task EndAsync(string state, int? version, string? error, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(EndSql, connection);
        command.Parameters.AddWithValue("job", export.JobId);
        command.Parameters.AddWithValue("step", export.Step);
        command.Parameters.AddWithValue("team", export.TeamId);
        command.Parameters.AddWithValue("hash", export.Sha256);
        command.Parameters.AddWithValue("state", state);
        command.Parameters.AddWithValue("version", NpgsqlDbType.Integer, (object?)version ?? DBNull.Value);
        command.Parameters.AddWithValue("error", NpgsqlDbType.Text, (object?)error ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }
}
