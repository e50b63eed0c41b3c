using System.Collections.Concurrent;
using ConcatService.Persistence.Jobs;
using Npgsql;

namespace ConcatService.Persistence.Metrics;

/// <summary>One value of one series.</summary>
public readonly record struct MetricPoint(string Name, long Step, double Value);

/// <summary>
/// Writes metrics in batches. COPY cannot replace rows, so a batch goes into a staging table first; written again, a step has the newer
/// value and never two. The series of a job that was lost and trained again is thus that of the attempt which made the model.
/// </summary>
public sealed class MetricWriter(NpgsqlDataSource source)
{
    private readonly ConcurrentDictionary<string, int> _ids = new();

    /// <summary>Points written since the series was rolled up; only says when it is worth looking.</summary>
    private readonly ConcurrentDictionary<(Guid Job, int Series), int> _since = new();

    /// <exception cref="StaleFenceException">Another attempt has the job; nothing was written.</exception>
    public async Task WriteAsync(JobFence fence, IReadOnlyList<MetricPoint> points, CancellationToken cancel)
    {
        await LearnNamesAsync([.. points.Select(point => point.Name).Distinct().Where(name => !_ids.ContainsKey(name))], cancel);

        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await fence.HoldAsync(connection, cancel);
        await ExecuteAsync("create temp table staged (metric_id int, step bigint, value double precision) on commit drop");
        await CopyAsync(connection, points, cancel);
        await ExecuteAsync("""
            insert into metrics (job_id, metric_id, step, team_id, value)
            select distinct on (metric_id, step) @job, metric_id, step, @team, value from staged order by metric_id, step
            on conflict (job_id, metric_id, step) do update set value = excluded.value
            """
        );
        var counts = points
            .CountBy(point => _ids[point.Name])
            .Select(count => (Key: (fence.JobId, count.Key), Count: _since.GetValueOrDefault((fence.JobId, count.Key)) + count.Value))
            .ToList();
        int[] due = [.. counts.Where(series => series.Count >= MetricRollups.Every).Select(series => series.Key.Key)];
        if (due.Length > 0)
            await MetricRollups.AddAsync(connection, fence, due, cancel);
        await transaction.CommitAsync(cancel);
        foreach (var (series, count) in counts)
            _since[series] = count >= MetricRollups.Every ? 0 : count;

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.AddWithValue("job", fence.JobId);
            command.Parameters.AddWithValue("team", fence.TeamId);
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    private async Task CopyAsync(NpgsqlConnection connection, IReadOnlyList<MetricPoint> points, CancellationToken cancel)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy staged (metric_id, step, value) from stdin (format binary)",
            cancel
        );
        foreach (var point in points)
        {
            await copy.StartRowAsync(cancel);
            await copy.WriteAsync(_ids[point.Name], cancel);
            await copy.WriteAsync(point.Step, cancel);
            await copy.WriteAsync(point.Value, cancel);
        }
        await copy.CompleteAsync(cancel);
    }

    /// <summary>
    /// Outside of the batch's transaction: two jobs may meet the same new name at once, and neither should wait for the other's batch.
    /// </summary>
    private async Task LearnNamesAsync(string[] names, CancellationToken cancel)
    {
        if (names.Length == 0)
            return;

        await using var insert = source.CreateCommand("insert into metric_names (name) select unnest(@names) on conflict do nothing");
        insert.Parameters.AddWithValue("names", names);
        await insert.ExecuteNonQueryAsync(cancel);

        await using var select = source.CreateCommand("select name, id from metric_names where name = any(@names)");
        select.Parameters.AddWithValue("names", names);
        await using var reader = await select.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            _ids[reader.GetString(0)] = reader.GetInt32(1);
    }
}
