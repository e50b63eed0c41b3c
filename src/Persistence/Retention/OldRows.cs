using System.Runtime.CompilerServices;
using ConcatService.Persistence.Entities;
using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Retention;

/// <summary>Rows of one table that are old: counted, or deleted a batch at a time.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Bytes">
/// SQL for the size of a row: that of the header, of numbers and of padding is a number. The size of the whole row, which PostgreSQL has
/// too, differs by some bytes between a statement that counts and one that deletes.
/// </param>
/// <param name="Condition">SQL on its rows, with the parameters of <see cref="RetentionScope.AddTo"/> and <c>jobs</c>.</param>
internal sealed record OldRows(string Table, string Bytes, string Condition)
{
    private const string EventBytes =
        "64 + pg_column_size(level) + pg_column_size(type) + pg_column_size(message) + coalesce(pg_column_size(data), 0)";

    private const string AuditBytes =
        "96 + pg_column_size(team) + coalesce(pg_column_size(key_name), 0) + coalesce(pg_column_size(caller_team), 0) "
        + "+ coalesce(pg_column_size(address), 0) + pg_column_size(action) + pg_column_size(target_kind) + pg_column_size(target) "
        + "+ coalesce(pg_column_size(details), 0) + coalesce(pg_column_size(trace_id), 0)";

    private const string OfJobs = "job_id = any(@jobs)";

    /// <summary>What goes with a job's events or metrics.</summary>
    public static IReadOnlyList<OldRows> Of(RetentionKind kind) =>
        kind switch
        {
            RetentionKind.Events => [new("job_events", EventBytes, OfJobs)],
            RetentionKind.Metrics => [new("metrics", "72", OfJobs), new("metric_rollups", "104", OfJobs)],
            RetentionKind.Exports =>
            [
                new(
                    "checkpoint_exports",
                    "96 + pg_column_size(model_name) + coalesce(pg_column_size(error), 0)",
                    $"""
                    {RetentionScope.Condition} and finished_at < now() - @period and state <> '{CheckpointExport.Queued}' and not exists (
                        select from model_versions v
                        where v.job_id = checkpoint_exports.job_id and v.checkpoint_step = checkpoint_exports.step)
                    """
                ),
            ],
            RetentionKind.Audit => [new("audit", AuditBytes, $"{RetentionScope.Condition} and at < now() - @period")],
            _ => [],
        };

    public async Task<Removed> CountAsync(
        NpgsqlDataSource source,
        RetentionScope scope,
        RetentionKind kind,
        Guid[] jobs,
        CancellationToken cancel
    )
    {
        await using var count = source.CreateCommand(
            $"select count(*), coalesce(sum({Bytes}), 0) from {Table} where {Condition}"
        );
        return await ReadAsync(count, scope, kind, jobs, cancel);
    }

    /// <summary>
    /// Deletes them, <paramref name="batchRows"/> in a statement. Rows that somebody holds are left, so that nobody waits for us who waits
    /// for them.
    /// </summary>
    public async IAsyncEnumerable<Removed> RemoveAsync(
        NpgsqlDataSource source,
        RetentionScope scope,
        RetentionKind kind,
        Guid[] jobs,
        int batchRows,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        await using var delete = source.CreateCommand(
            $"""
            with gone as (
                delete from {Table} where ctid = any(array(
                    select ctid from {Table} where {Condition} limit @batch for update skip locked))
                returning {Bytes} as bytes)
            select count(*), coalesce(sum(bytes), 0) from gone
            """
        );
        delete.Parameters.AddWithValue("batch", batchRows);
        long rows;
        do
        {
            var batch = await ReadAsync(delete, scope, kind, jobs, cancel);
            rows = batch.Rows;
            if (rows > 0)
                yield return batch;
        } while (rows == batchRows);
    }

    private static async Task<Removed> ReadAsync(
        NpgsqlCommand command,
        RetentionScope scope,
        RetentionKind kind,
        Guid[] jobs,
        CancellationToken cancel
    )
    {
        if (!command.Parameters.Contains("jobs"))
        {
            scope.AddTo(command, kind);
            command.Parameters.AddWithValue("jobs", NpgsqlDbType.Array | NpgsqlDbType.Uuid, jobs);
        }

        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        return new(kind, reader.GetInt64(0), reader.GetInt64(1));
    }
}
