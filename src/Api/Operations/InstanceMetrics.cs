using System.Globalization;
using ConcatService.Api.Database;
using ConcatService.Api.Errors;
using ConcatService.Api.Metering;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Operations;

/// <summary>What the database knows of the whole instance: jobs, queues, workers, its own size. The same from every process.</summary>
internal sealed class InstanceMetrics(IServiceScopeFactory scopes, JobTallies tallies, DatabaseWatch watch)
{
    private const string QueueJobs = "concat_queue_jobs", QueueOldest = "concat_queue_oldest_wait_seconds";
    private const string TeamInfo = "concat_team_info";

    private sealed record QueueRow(string Team, string Queue, int Jobs, double OldestSeconds);

    private sealed record CountRow(string Name, int Count);

    private sealed record TeamRow(int Id, string Name);

    private sealed record DatabaseRow(long Bytes, long Connections, long ConnectionsLimit, int Workers);

    private sealed record Reading(
        IReadOnlyList<JobTallies.Row> Jobs,
        IReadOnlyList<QueueRow> Queues,
        IReadOnlyList<CountRow> Running,
        IReadOnlyList<TeamRow> Teams,
        DatabaseRow Database
    );

    /// <summary>While the database is away, that it is.</summary>
    public async Task WriteAsync(PrometheusText text, CancellationToken cancel)
    {
        Reading? reading = null;
        try
        {
            reading = await watch.AnswerAsync(ReadAsync, cancel);
        }
        catch (Exception away) when (away is ProblemException || ExceptionProblems.IsDatabaseGone(away))
        {
            // It is told below.
        }

        text.Gauge(
            "concat_database_up",
            "1 where the database answers this process, otherwise 0; what comes from it is then missing.",
            reading is null ? 0 : 1
        );
        if (reading is not null)
            Write(text, reading);
    }

    private async Task<Reading> ReadAsync(CancellationToken cancel)
    {
        // A scope of its own: where the database hangs, the request ends before the reading does.
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
        var jobs = await tallies.ReadAsync(cancel);
        var queues = await db
            .Database.SqlQuery<QueueRow>(
                $"""
                select teams.name as team, queue, count(*)::int as jobs,
                    extract(epoch from now() - min(queued_at))::float8 as oldest_seconds
                from jobs join teams on teams.id = jobs.team_id where state = {JobState.Queued.Name()} group by 1, 2 order by 1, 2
                """
            )
            .ToListAsync(cancel);
        var running = await db
            .Database.SqlQuery<CountRow>(
                $"""
                select teams.name, count(*)::int as count from jobs join teams on teams.id = jobs.team_id
                where lease_owner is not null group by 1 order by 1
                """
            )
            .ToListAsync(cancel);
        var database = await db
            .Database.SqlQuery<DatabaseRow>(
                $"""
                select pg_database_size(current_database()) as bytes,
                    (select count(*) from pg_stat_activity where backend_type = 'client backend') as connections,
                    current_setting('max_connections')::bigint as connections_limit,
                    (select count(*)::int from workers where last_seen_at > now() - {JobLife.WorkerTimeout}) as workers
                """
            )
            .SingleAsync(cancel);
        var teams = await db.Teams.OrderBy(team => team.Id).Select(team => new TeamRow(team.Id, team.Name)).ToListAsync(cancel);
        return new(jobs, queues, running, teams, database);
    }

    private static void Write(PrometheusText text, Reading reading)
    {
        var counts = reading.Jobs.ToLookup(row => row.State);
        text.Family("concat_jobs", "gauge", "Jobs by state, of all teams.");
        foreach (var state in Enum.GetValues<JobState>())
            text.Sample("concat_jobs", counts[state].Sum(row => row.Jobs), ("state", state.Name()));
        WriteCounts(text, "concat_jobs_held", "Jobs that a worker works on, by team.", "team", reading.Running);
        const string Failed = "Failed jobs that are kept, by class: user, resource or infrastructure.";
        var failed = counts[JobState.Failed].OrderBy(row => row.FailureClass, StringComparer.Ordinal);
        WriteCounts(text, "concat_jobs_failed", Failed, "class", failed.Select(row => new CountRow(row.FailureClass, (int)row.Jobs)));

        text.Family(QueueJobs, "gauge", "Jobs that wait for a worker, by team and queue.");
        foreach (var row in reading.Queues)
            text.Sample(QueueJobs, row.Jobs, ("team", row.Team), ("queue", row.Queue));
        text.Family(QueueOldest, "gauge", "Seconds that the job has waited that waits longest, by team and queue.");
        foreach (var row in reading.Queues)
            text.Sample(QueueOldest, row.OldestSeconds, ("team", row.Team), ("queue", row.Queue));
        text.Gauge(
            "concat_queue_oldest_seconds",
            "Seconds that the job has waited that waits longest, of all teams; 0 where none waits.",
            reading.Queues.Select(row => row.OldestSeconds).DefaultIfEmpty().Max()
        );

        text.Family(TeamInfo, "gauge", "Always 1: the name of a team by its number.");
        foreach (var team in reading.Teams)
            text.Sample(TeamInfo, 1, ("team_id", team.Id.ToString(CultureInfo.InvariantCulture)), ("team", team.Name));

        var database = reading.Database;
        const string Workers = "Workers that reported lately: a worker that did not for half a minute is lost.";
        text.Gauge("concat_workers", Workers, database.Workers);
        text.Gauge("concat_database_size_bytes", "Bytes of the database on its disk.", database.Bytes);
        text.Gauge("concat_database_connections", "Connections to the database server, of all processes.", database.Connections);
        text.Gauge("concat_database_connections_limit", "Connections that the database server takes.", database.ConnectionsLimit);
    }

    private static void WriteCounts(PrometheusText text, string name, string help, string label, IEnumerable<CountRow> rows)
    {
        text.Family(name, "gauge", help);
        foreach (var row in rows)
            text.Sample(name, row.Count, (label, row.Name));
    }
}
