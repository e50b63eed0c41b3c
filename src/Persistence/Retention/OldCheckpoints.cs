using System.Runtime.CompilerServices;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Storage;
using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Retention;

/// <summary>Checkpoints of jobs that have ended, with their bytes.</summary>
internal static class OldCheckpoints
{
    /// <summary>
    /// On a checkpoint <c>c</c> of an old job. Not one that is being exported, or that a model version was made of; the job's own is made
    /// of the best weights, which the newest has.
    /// </summary>
    private const string Due = $"""
        not exists (
            select from checkpoint_exports e
            where e.job_id = c.job_id and e.step = c.step and e.state = '{CheckpointExport.Queued}')
        and not exists (
            select from model_versions v
            where v.job_id = c.job_id
              and coalesce(v.checkpoint_step, (select max(step) from checkpoints newest where newest.job_id = c.job_id)) = c.step)
        """;

    private const string ListSql = $"select job_id, step, team_id, sha256 from checkpoints c where job_id = any(@jobs) and {Due}";

    private const string DeleteSql = $"delete from checkpoints c where job_id = @job and step = @step and {Due}";

    // Bytes that several have are counted with the kind that goes last.
    private const string CountSql = $"""
        with due as (
            select c.team_id, c.sha256, c.job_id, c.step, jobs.state = @succeeded as is_finished
            from checkpoints c join jobs on jobs.id = c.job_id
            where (c.team_id = any(@teams)) <> @all_but and {Due}
              and case when jobs.state = @succeeded then finished_at < now() - @finished_period
                       else jobs.state = any(@terminal) and finished_at < now() - @failed_period end)
        , bytes as (
            select length_bytes, bool_or(is_finished) as is_finished
            from blobs join due on due.team_id = blobs.team_id and due.sha256 = blobs.sha256
            where {BlobReferences.NoneButCheckpoints} and not exists (
                select from checkpoints other
                where other.team_id = blobs.team_id and other.sha256 = blobs.sha256
                  and not exists (select from due where due.job_id = other.job_id and due.step = other.step))
            group by blobs.id, length_bytes)
        select (select count(*) from due where not is_finished), (select count(*) from due where is_finished),
               coalesce(sum(length_bytes) filter (where not is_finished), 0)::bigint,
               coalesce(sum(length_bytes) filter (where is_finished), 0)::bigint
        from bytes
        """;

    private sealed record Item(Guid Job, long Step, int Team, string Sha256);

    /// <summary>What will go of failed and of finished jobs.</summary>
    public static async Task<Removed[]> CountAsync(NpgsqlDataSource source, RetentionScope scope, CancellationToken cancel)
    {
        await using var count = source.CreateCommand(CountSql);
        count.Parameters.AddWithValue("teams", scope.Teams);
        count.Parameters.AddWithValue("all_but", scope.IsAllBut);
        count.Parameters.AddWithValue("succeeded", JobState.Succeeded.Name());
        count.Parameters.AddWithValue("terminal", JobSql.Names(JobLife.Terminal));
        AddPeriod("failed_period", RetentionKind.FailedCheckpoints);
        AddPeriod("finished_period", RetentionKind.FinishedCheckpoints);
        await using var reader = await count.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        return
        [
            new(RetentionKind.FailedCheckpoints, reader.GetInt64(0), reader.GetInt64(2)),
            new(RetentionKind.FinishedCheckpoints, reader.GetInt64(1), reader.GetInt64(3)),
        ];

        // Forever: no time is before null.
        void AddPeriod(string name, RetentionKind kind) =>
            count.Parameters.AddWithValue(name, NpgsqlDbType.Interval, (object?)scope.Settings[kind] ?? DBNull.Value);
    }

    /// <summary>Deletes those of the jobs, one in a transaction.</summary>
    public static async IAsyncEnumerable<Removed> RemoveAsync(
        NpgsqlDataSource source,
        RetentionKind kind,
        Guid[] jobs,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        foreach (var item in await ListAsync(source, jobs, cancel))
            if (await RemoveAsync(source, item, cancel) is { } bytes)
                yield return new(kind, 1, bytes);
    }

    private static async Task<List<Item>> ListAsync(NpgsqlDataSource source, Guid[] jobs, CancellationToken cancel)
    {
        await using var select = source.CreateCommand(ListSql);
        select.Parameters.AddWithValue("jobs", jobs);
        await using var reader = await select.ExecuteReaderAsync(cancel);
        var items = new List<Item>();
        while (await reader.ReadAsync(cancel))
            items.Add(new(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetString(3)));
        return items;
    }

    /// <summary>Returns the bytes that went with it; null when it has to stay after all.</summary>
    private static async Task<long?> RemoveAsync(NpgsqlDataSource source, Item item, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var delete = new NpgsqlCommand(DeleteSql, connection);
        delete.Parameters.AddWithValue("job", item.Job);
        delete.Parameters.AddWithValue("step", item.Step);
        if (await delete.ExecuteNonQueryAsync(cancel) == 0)
            return null;
        var bytes = await BlobRemoval.RemoveAsync(transaction, item.Team, item.Sha256, cancel);
        await transaction.CommitAsync(cancel);
        return bytes ?? 0;
    }
}
