using ConcatService.Domain.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Jobs;

/// <summary>The list of workers, kept by the workers themselves.</summary>
public sealed class WorkerRegistry(NpgsqlDataSource source)
{
    /// <summary>
    /// Reports that the worker is there, and what it does; more often than <see cref="JobLife.WorkerSilence"/>. Does not wait long: the
    /// next report may have a better connection.
    /// </summary>
    public async Task HeartbeatAsync(
        WorkerIdentity worker,
        WorkerDevice device,
        bool spareReady,
        Guid? currentJob,
        CancellationToken cancel
    )
    {
        await using var command = source.CreateCommand("""
            insert into workers (id, host, process_id, device, memory_bytes, bfloat16, queues, spare_ready, current_job)
            values (@id, @host, @process, @device, @memory, @bfloat16, @queues, @spare, @job)
            on conflict (id) do update set last_seen_at = now(), spare_ready = excluded.spare_ready, current_job = excluded.current_job
            """);
        command.CommandTimeout = 4;                                             // seconds
        command.Parameters.AddWithValue("id", worker.Id);
        command.Parameters.AddWithValue("host", worker.Host);
        command.Parameters.AddWithValue("process", worker.ProcessId);
        command.Parameters.AddWithValue("device", device.Name);
        command.Parameters.AddWithValue("memory", NpgsqlDbType.Bigint, (object?)device.MemoryBytes ?? DBNull.Value);
        command.Parameters.AddWithValue("bfloat16", device.HasBFloat16);
        command.Parameters.AddWithValue("queues", Queues.ListenedBy(device.Name).ToArray());
        command.Parameters.AddWithValue("spare", spareReady);
        command.Parameters.AddWithValue("job", NpgsqlDbType.Uuid, (object?)currentJob ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Every worker that is listed or still holds a lease.</summary>
    public async Task<IReadOnlyList<WorkerIdentity>> AllAsync(CancellationToken cancel)
    {
        await using var command = source.CreateCommand(
            "select id from workers union select lease_owner from jobs where lease_owner is not null"
        );
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var workers = new List<WorkerIdentity>();
        while (await reader.ReadAsync(cancel))
        {
            if (WorkerIdentity.Parse(reader.GetString(0)) is { } worker)
                workers.Add(worker);
        }
        return workers;
    }

    /// <summary>Takes workers off the list.</summary>
    public async Task RemoveAsync(string[] ids, CancellationToken cancel)
    {
        await using var command = source.CreateCommand("delete from workers where id = any(@ids)");
        command.Parameters.AddWithValue("ids", ids);
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Takes workers off the list that have not reported for <see cref="JobLife.WorkerRetention"/>.</summary>
    public async Task RemoveSilentAsync(CancellationToken cancel)
    {
        await using var command = source.CreateCommand("delete from workers where last_seen_at < now() - @retention");
        command.Parameters.AddWithValue("retention", JobLife.WorkerRetention);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
