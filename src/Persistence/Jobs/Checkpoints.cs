using System.Security.Cryptography;
using ConcatService.Persistence.Storage;
using Npgsql;

namespace ConcatService.Persistence.Jobs;

/// <summary>
/// The checkpoints of one job, for the attempt that has it. Each has the best weights so far in it, so the last two are all that anyone
/// needs.
/// </summary>
public sealed class Checkpoints(NpgsqlDataSource source, JobFence fence)
{
    private const string AddSql = $"""
        with job as (
            update jobs set last_checkpoint_step = @step, attempts_since_checkpoint = 0
            where {JobFence.Condition} returning id, team_id, fence)
        insert into checkpoints (job_id, step, team_id, epoch, fence, sha256, length_bytes)
        select id, @step, team_id, @epoch, fence, @hash, @length from job
        on conflict (job_id, step) do update set
            fence = excluded.fence, sha256 = excluded.sha256, length_bytes = excluded.length_bytes, created_at = now()
        """;

    // The second statement sees what the first one has left.
    private const string DropSql = """
        create temp table dropped on commit drop as select sha256 from checkpoints where job_id = @job order by step desc offset 2;
        delete from checkpoints where job_id = @job and sha256 in (select sha256 from dropped);
        delete from blobs where team_id = @team and sha256 in (select sha256 from dropped) and not exists (
            select from checkpoints where checkpoints.team_id = blobs.team_id and checkpoints.sha256 = blobs.sha256
            union all
            select from checkpoint_exports where checkpoint_exports.team_id = blobs.team_id and checkpoint_exports.sha256 = blobs.sha256);
        """;

    /// <summary>Stores a checkpoint. From here on it is what the next attempt goes on from, and lost attempts are counted anew.</summary>
    /// <exception cref="StaleFenceException">Another attempt has the job.</exception>
    public async Task AddAsync(long step, int epoch, Stream content, CancellationToken cancel)
    {
        var stored = await new BlobStore(source).PutAsync(fence.TeamId, content, cancel);
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var add = new NpgsqlCommand(AddSql, connection);
        fence.AddTo(add);
        add.Parameters.AddWithValue("step", step);
        add.Parameters.AddWithValue("epoch", epoch);
        add.Parameters.AddWithValue("hash", stored.Sha256);
        add.Parameters.AddWithValue("length", stored.LengthBytes);
        if (await add.ExecuteNonQueryAsync(cancel) == 0)
            throw new StaleFenceException(fence);
        await using var drop = new NpgsqlCommand(DropSql, connection);
        drop.Parameters.AddWithValue("job", fence.JobId);
        drop.Parameters.AddWithValue("team", fence.TeamId);
        await drop.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>
    /// Writes the newest whole checkpoint to a stream, which is rewound first and after. Returns its step, or null: there is none.
    /// </summary>
    public async Task<long?> ReadNewestAsync(Stream content, CancellationToken cancel)
    {
        foreach (var (step, hash) in await ListAsync(cancel))
        {
            content.SetLength(0);
            var found = await new BlobStore(source).CopyToAsync(fence.TeamId, hash, content, cancel);
            content.Position = 0;
            if (!found || Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancel)) != hash)
                continue;                                                       // damaged: the one before it is there for this
            content.Position = 0;
            return step;
        }

        return null;
    }

    /// <summary>Forgets the metrics of steps that are taken again: the new attempt may not reach them, or measure less often.</summary>
    /// <exception cref="StaleFenceException">Another attempt has the job.</exception>
    public async Task ForgetMetricsAfterAsync(long step, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await fence.HoldAsync(connection, cancel);
        await using var delete = new NpgsqlCommand(
            """
            delete from metrics where job_id = @job and step > @step;
            delete from metric_rollups where job_id = @job and last_step > @step;
            """,
            connection
        );
        delete.Parameters.AddWithValue("job", fence.JobId);
        delete.Parameters.AddWithValue("step", step);
        await delete.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    private async Task<List<(long Step, string Sha256)>> ListAsync(CancellationToken cancel)
    {
        await using var select = source.CreateCommand("select step, sha256 from checkpoints where job_id = @job order by step desc");
        select.Parameters.AddWithValue("job", fence.JobId);
        await using var reader = await select.ExecuteReaderAsync(cancel);
        var list = new List<(long, string)>();
        while (await reader.ReadAsync(cancel))
            list.Add((reader.GetInt64(0), reader.GetString(1)));
        return list;
    }
}
