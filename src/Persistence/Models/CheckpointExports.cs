using ConcatService.Persistence.Entities;
using Npgsql;

namespace ConcatService.Persistence.Models;

/// <summary>
/// Checkpoints that are to become model versions. A worker that makes one holds its row locked meanwhile: when the worker dies the lock is
/// gone, and the next one takes it. No lease, no doorbell: it is work of seconds, looked for every second.
/// </summary>
public sealed class CheckpointExports(NpgsqlDataSource source)
{
    private const int MostAttempts = 3;

    // Holds the checkpoint's row, so that its bytes cannot go before the request that keeps them is there. One that has failed is made
    // anew.
    private const string AskSql = $"""
        insert into checkpoint_exports (job_id, step, team_id, sha256, model_name, state, attempts)
        select job_id, checkpoints.step, checkpoints.team_id, sha256, left(model_name, 52) || '-checkpoints', '{CheckpointExport.Queued}', 0
        from checkpoints join jobs on jobs.id = job_id
        where job_id = @job and checkpoints.step = @step and checkpoints.team_id = @team for share of checkpoints
        on conflict (job_id, step) do update set
            state = '{CheckpointExport.Queued}', attempts = 0, error = null, finished_at = null,
            requested_at = now(), sha256 = excluded.sha256
        where checkpoint_exports.state = '{CheckpointExport.Failed}'
        """;

    private const string CountSql = $"""
        update checkpoint_exports set attempts = attempts + 1
        where (job_id, step) = (
            select job_id, step from checkpoint_exports
            where state = '{CheckpointExport.Queued}' order by requested_at limit 1 for update skip locked)
        returning job_id, step, team_id, sha256, model_name, attempts
        """;

    private const string HoldSql = $"""
        select 1 from checkpoint_exports
        where job_id = @job and step = @step and state = '{CheckpointExport.Queued}' for update skip locked
        """;

    /// <summary>Asks for a checkpoint's export. Asking twice is harmless; nothing happens where there is no such checkpoint.</summary>
    public async Task RequestAsync(int teamId, Guid jobId, long step, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(AskSql);
        command.Parameters.AddWithValue("job", jobId);
        command.Parameters.AddWithValue("step", step);
        command.Parameters.AddWithValue("team", teamId);
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>
    /// The oldest request that nobody else has claimed, held until it is disposed; null when there is none. One that has cost three workers
    /// their lives fails here.
    /// </summary>
    public async Task<ClaimedExport?> ClaimAsync(CancellationToken cancel)
    {
        var connection = await source.OpenConnectionAsync(cancel);
        try
        {
            if (
                await CountAsync(connection, cancel) is not var (export, attempts)
                || await HoldAsync(connection, export, cancel) is not { } transaction
            )
            {
                await connection.DisposeAsync();
                return null;
            }

            var taken = new ClaimedExport(export, connection, transaction);
            if (attempts <= MostAttempts)
                return taken;
            await using (taken)
                await taken.FailAsync($"{MostAttempts} attempts were lost. The worker's log says more.", cancel);
            return null;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>In a statement of its own, so that an attempt counts that ends with its worker.</summary>
    private static async Task<(ExportRequest, int Attempts)?> CountAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(CountSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel)
            ? (new(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetString(3), reader.GetString(4)), reader.GetInt32(5))
            : null;
    }

    private static async Task<NpgsqlTransaction?> HoldAsync(NpgsqlConnection connection, ExportRequest export, CancellationToken cancel)
    {
        var transaction = await connection.BeginTransactionAsync(cancel);
        await using var command = new NpgsqlCommand(HoldSql, connection);
        command.Parameters.AddWithValue("job", export.JobId);
        command.Parameters.AddWithValue("step", export.Step);
        return await command.ExecuteScalarAsync(cancel) is null ? null : transaction;
    }
}
