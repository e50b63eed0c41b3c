using ConcatService.Domain.Jobs;
using Npgsql;

namespace ConcatService.Persistence.Jobs;

/// <summary>How many jobs are in which state, in a time that does not grow with those that have ended.</summary>
public sealed class JobTallies(NpgsqlDataSource source)
{
    /// <summary>One state, and of failed jobs one class.</summary>
    public sealed record Row(JobState State, string FailureClass, long Jobs);

    /// <summary>Every state and class of which there are jobs.</summary>
    public async Task<IReadOnlyList<Row>> ReadAsync(CancellationToken cancel)
    {
        // Which have ended is in an index of those that have not: a few rows, unless many wait.
        await using var command = source.CreateCommand(
            """
            select state, '' as failure_class, count(*) as jobs from jobs
            where finished_at is null and state <> all(@terminal) group by state
            union all
            select state, failure_class, sum(jobs)::bigint from job_tallies group by state, failure_class having sum(jobs) <> 0
            """
        );
        command.Parameters.AddStates();
        var rows = new List<Row>();
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
            rows.Add(new(Enum.Parse<JobState>(reader.GetString(0), ignoreCase: true), reader.GetString(1), reader.GetInt64(2)));
        return rows;
    }

    /// <summary>Makes one row of many. One caller at a time; readers and those who add wait for nothing.</summary>
    public async Task FoldAsync(CancellationToken cancel)
    {
        await using var command = source.CreateCommand(
            """
            with many as (select from job_tallies having count(*) > 64)
            , gone as (delete from job_tallies where exists (select from many) returning state, failure_class, jobs)
            insert into job_tallies (state, failure_class, jobs)
            select state, failure_class, sum(jobs) from gone group by state, failure_class having sum(jobs) <> 0
            """
        );
        await command.ExecuteNonQueryAsync(cancel);
    }
}
