using Npgsql;

namespace ConcatService.Persistence.Metrics;

/// <summary>The points of one series in the order of their steps.</summary>
/// <param name="Name">The metric's.</param>
/// <param name="Points">All of them, or of long series the lowest and the highest of each rollup, and the first and the last.</param>
public sealed record Curve(string Name, IReadOnlyList<CurvePoint> Points);

/// <summary>One point of a <see cref="Curve"/>.</summary>
public readonly record struct CurvePoint(long Step, double Value);

/// <summary>
/// Reads curves. Of a series that is long for the chart it is read for only the rollups are read, and the points behind them.
/// </summary>
public sealed class MetricReader(NpgsqlDataSource source)
{
    // A job's series are found by leaps through the index: their points are not read for that.
    private const string SeriesSql = """
        with recursive present (metric_id) as (
            (select metric_id from metrics where job_id = @job order by metric_id limit 1)
            union all
            select (
                select metric_id from metrics next
                where next.job_id = @job and next.metric_id > present.metric_id order by metric_id limit 1)
            from present where present.metric_id is not null)
        select id, name, rolled.rows, rolled.last_step
        from present join metric_names on id = metric_id
        cross join lateral (
            select count(*) as rows, max(last_step) as last_step from metric_rollups
            where metric_rollups.job_id = @job and metric_rollups.metric_id = id) as rolled
        where cardinality(@names) = 0 or name = any(@names)
        order by name
        """;

    private const string RolledSql = """
        select step, value from (
            (select step, value from metrics where job_id = $1 and metric_id = $2 order by step limit 1)
            union all select low_step, low from metric_rollups where job_id = $1 and metric_id = $2
            union all select high_step, high from metric_rollups where job_id = $1 and metric_id = $2
            union all (select step, value from metrics where job_id = $1 and metric_id = $2 order by step desc limit 1)
            union all select step, value from metrics where job_id = $1 and metric_id = $2 and step > $3) as point
        order by step
        """;

    private const string WholeSql = "select step, value from metrics where job_id = $1 and metric_id = $2 order by step";

    private sealed record Series(int Id, string Name, long Rollups, long RolledTo);

    /// <summary>The curves of a job, by name.</summary>
    /// <param name="job">Of the caller's team.</param>
    /// <param name="names">Empty: all.</param>
    /// <param name="maxPoints">How many points of each will be shown; null: every one. A curve comes with at least half as many, if it has
    /// them, and possibly with more.</param>
    /// <param name="cancel">Stops the wait.</param>
    public async Task<IReadOnlyList<Curve>> ReadAsync(Guid job, string[] names, int? maxPoints, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        var found = await FindAsync(connection, job, names, cancel);
        if (found.Count == 0)
            return [];

        await using var batch = new NpgsqlBatch(connection);
        foreach (var series in found)
            batch.BatchCommands.Add(Select(job, series, rolled: maxPoints is { } most && 4 * series.Rollups >= most));
        await using var reader = await batch.ExecuteReaderAsync(cancel);
        var curves = new List<Curve>();
        foreach (var series in found)
        {
            var points = new List<CurvePoint>();
            while (await reader.ReadAsync(cancel))
            {
                // the highest of a rollup may be its lowest, or the first of all
                if (reader.GetInt64(0) is var step && (points.Count == 0 || points[^1].Step != step))
                    points.Add(new(step, reader.GetDouble(1)));
            }

            curves.Add(new(series.Name, points));
            await reader.NextResultAsync(cancel);
        }

        return curves;
    }

    private static NpgsqlBatchCommand Select(Guid job, Series series, bool rolled)
    {
        var command = new NpgsqlBatchCommand(rolled ? RolledSql : WholeSql)
        {
            Parameters =
            {
                new() { Value = job },
                new() { Value = series.Id },
            },
        };
        if (rolled)
            command.Parameters.Add(new() { Value = series.RolledTo });
        return command;
    }

    private static async Task<List<Series>> FindAsync(NpgsqlConnection connection, Guid job, string[] names, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(SeriesSql, connection);
        command.Parameters.AddWithValue("job", job);
        command.Parameters.AddWithValue("names", names);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var found = new List<Series>();
        while (await reader.ReadAsync(cancel))
            found.Add(
                new(
                    reader.GetInt32(0),
                    reader.GetString(1),
                    reader.GetInt64(2),
                    await reader.IsDBNullAsync(3, cancel) ? -1 : reader.GetInt64(3)
                )
            );
        return found;
    }
}
