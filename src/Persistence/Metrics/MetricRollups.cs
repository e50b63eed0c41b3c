using ConcatService.Persistence.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Metrics;

/// <summary>
/// How long series are rolled up: <see cref="Points"/> points of one series in a row of <c>metric_rollups</c>, whole rows only, in the
/// transaction that writes the points.
/// </summary>
internal static class MetricRollups
{
    /// <summary>A chart reads two points for each rollup: of 1,000,000 points 31,250, to show some 2,000.</summary>
    public const int Points = 64;

    /// <summary>A series is long when one attempt has written so many; then these are rolled up, and again after as many.</summary>
    public const int Every = 8 * Points;

    // Each series is read from where it was rolled up last. The lateral joins keep the planner on the primary keys, however old its
    // statistics are.
    private const string Sql = """
        insert into metric_rollups (job_id, metric_id, team_id, first_step, last_step, low_step, low, high_step, high)
        select @job, metric_id, @team, min(step), max(step),
               (array_agg(step order by value, step))[1], min(value), (array_agg(step order by value desc, step))[1], max(value)
        from unnest(@series) as due (metric_id)
        cross join lateral (select coalesce((
            select last_step from metric_rollups last
            where last.job_id = @job and last.metric_id = due.metric_id order by first_step desc limit 1), -1) as last) as done
        cross join lateral (
            select point.step, value, (row_number() over (order by point.step) - 1) / @points as number from metrics point
            where point.job_id = @job and point.metric_id = due.metric_id and point.step > done.last) as point
        group by metric_id, number having count(*) = @points
        """;

    /// <summary>Rolls up what these series have got since the last time.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, JobFence fence, int[] series, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.AddWithValue("job", fence.JobId);
        command.Parameters.AddWithValue("team", fence.TeamId);
        command.Parameters.AddWithValue("series", series);
        command.Parameters.AddWithValue("points", NpgsqlDbType.Bigint, (long)Points);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
