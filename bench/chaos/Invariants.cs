using Npgsql;

namespace ConcatService.Chaos;

/// <summary>What has to hold in the database when all is quiet again, whatever happened.</summary>
public static class Invariants
{
    /// <summary>
    /// Condition on <c>jobs</c>: failed because three attempts in a row were lost before a checkpoint, as is promised of a job that may be
    /// what kills them.
    /// </summary>
    public const string GivenUp = "(state = 'failed' and coalesce(error->>'code', '') = 'poison')";

    private static readonly (string Broken, string Sql)[] All =
    [
        (
            "jobs that did not succeed",
            $"select id || ' ' || state from jobs where name like @run and state <> 'succeeded' and not {GivenUp}"
        ),
        (
            "jobs that were given up with a checkpoint in the last three attempts, or after fewer",
            $"""
            select id::text from jobs where name like @run and {GivenUp} and not exists (
                select from job_attempts third where third.job_id = jobs.id and third.ended_at is not null
                and third.number = (select max(number) - 2 from job_attempts a where a.job_id = jobs.id)
                and not exists (select from checkpoints c where c.job_id = jobs.id and c.created_at > third.started_at))
            """
        ),
        ("jobs of one name", "select name from jobs where name like @run group by name having count(*) > 1"),
        ("attempts that have not ended", "select job_id || ' ' || number from {attempts} a where ended_at is null"),
        (
            "attempts that are not numbered one after another, with a higher fence each",
            """
            select job_id || ' ' || number from (select *, row_number() over w as n, lag(fence) over w as before from {attempts} a
                window w as (partition by job_id order by number)) as numbered where number <> n or fence <= before
            """
        ),
        (
            "attempts that overlap",
            """
            select one.job_id || ' ' || one.number from {attempts} one join {attempts} two
                on two.job_id = one.job_id and two.number = one.number + 1 where two.started_at < one.started_at
            """
        ),
        (
            "events that are not numbered one after another",
            "select e.job_id::text from {events} e group by e.job_id having count(*) <> max(e.sequence) or min(e.sequence) <> 1"
        ),
        (
            "transitions that do not go on from where the one before ended",
            """
            select job_id || ' ' || id from (select t.*, lag(to_state) over w as before from {transitions} t
                window w as (partition by job_id order by id)) as chain where before is not null and before <> from_state
            """
        ),
        (
            "transitions out of an end",
            "select job_id || ' ' || id from {transitions} t where from_state in ('succeeded', 'failed', 'cancelled')"
        ),
        (
            "transitions by a fence that was old",
            """
            select job_id || ' ' || id from (select t.*, max(fence) over (partition by job_id order by id) as newest from {transitions} t)
                as chain where fence > 0 and fence < newest
            """
        ),
        (
            "jobs without exactly one version of a model",
            """
            select j.id::text from jobs j left join model_versions v on v.job_id = j.id where j.name like @run and j.state = 'succeeded'
                group by j.id having count(v.*) <> 1
            """
        ),
        (
            "different weights of one training",
            "select distinct weights_sha256 from model_versions v join jobs j on j.id = v.job_id where j.name like @run"
        ),
        (
            "different numbers of training losses",
            """
            select distinct count(*)::text from metrics m join jobs j on j.id = m.job_id join metric_names n on n.id = m.metric_id
                where j.name like @run and j.state = 'succeeded' and n.name = 'train_loss' group by m.job_id
            """
        ),
        (
            "jobs with more than three checkpoints",
            "select c.job_id::text from {checkpoints} c group by c.job_id having count(*) > 3"
        ),
        (
            "checkpoints without their bytes",
            """
            select c.job_id || ' ' || c.step from {checkpoints} c
                where not exists (select from blobs b where b.sha256 = c.sha256 and b.team_id = c.team_id)
            """
        ),
    ];

    /// <summary>Those with which one row is as it should be: all are the same.</summary>
    private const string Different = "different";

    /// <summary>What is broken, a line each, with at most three examples.</summary>
    /// <param name="run">The beginning of the names of the run's jobs.</param>
    public static async Task<List<string>> BrokenAsync(NpgsqlDataSource database, string run)
    {
        var broken = new List<string>();
        foreach (var (what, sql) in All)
        {
            await using var command = database.CreateCommand(OfRun(sql));
            command.Parameters.AddWithValue("run", $"{run}-%");
            var rows = new List<string>();
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                rows.Add(reader.GetString(0));
            if (rows.Count > (what.StartsWith(Different, StringComparison.Ordinal) ? 1 : 0))
                broken.Add($"{rows.Count} {what}: {string.Join("; ", rows.Take(3))}");
        }

        return broken;
    }

    // {attempts} are those of the run's jobs.
    private static string OfRun(string sql) =>
        new[] { "attempts", "events", "transitions" }
            .Select(name => (Name: name, Table: $"job_{name}"))
            .Append((Name: "checkpoints", Table: "checkpoints"))
            .Aggregate(
                sql,
                (all, of) =>
                    all.Replace($"{{{of.Name}}}", $"(select x.* from {of.Table} x join jobs j on j.id = x.job_id where j.name like @run)")
            );
}
