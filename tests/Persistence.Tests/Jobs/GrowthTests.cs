using ConcatService.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Tests.Jobs;

/// <summary>
/// What is asked again and again does not read the jobs that have ended: the planner's own choice, with 20,000 of them and statistics.
/// <c>./concat bench growth</c> has the times at 500,000.
/// </summary>
public sealed class GrowthTests(JobBench bench) : IClassFixture<JobBench>, IAsyncLifetime
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await bench.ExecuteAsync(
            $$"""
            insert into jobs (id, team_id, name, state, spec, dataset, settings, model_name, queue, fence, attempt,
                              attempts_since_checkpoint, epoch, epochs, step, steps, last_event, finished_at)
            select gen_random_uuid(), {{bench.TeamId}}, 'job ' || i % 1000, (array['succeeded', 'failed', 'cancelled'])[1 + i % 3],
                   '{}', 'd', '{}', 'm', 'c-normal', 0, 1, 0, 1, 1, 1, 1, 1, now() - i * interval '1 minute'
            from generate_series(1, 20000) i where @job is not null
            """,
            Guid.Empty
        );
        for (var i = 0; i < 5; i++)
            await bench.ClaimAsync();
        await bench.QueueAsync();
        await bench.ExecuteAsync("analyze jobs", Guid.Empty);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("select * from jobs where team_id = {0} and state = 'running' order by id desc limit 51")]
    [InlineData("select * from jobs where team_id = {0} and state = 'queued' order by id desc limit 51")]
    [InlineData("select * from jobs where team_id = {0} and name = 'job 7' order by id desc limit 51")]
    [InlineData("select state, count(*) from jobs where finished_at is null group by state")]
    [InlineData("select team_id, queue, count(*), min(queued_at) from jobs where state = 'queued' group by 1, 2")]
    [InlineData("select team_id, count(*) from jobs where lease_owner is not null group by 1")]
    [InlineData("select id from jobs where lease_owner is not null and lease_expires_at < now()")]
    [InlineData("select count(*) from jobs where team_id = {0} and (state = 'queued' or state = 'paused')")]
    public async Task No_plan_reads_the_table_of_jobs_from_end_to_end(string sql)
    {
        var plan = await ExplainAsync(string.Format(null, sql, bench.TeamId));
        Assert.DoesNotContain("Seq Scan on jobs", plan);
        var rows = plan.Split('\n').Where(line => line.Contains("actual rows=", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(rows);
        Assert.All(rows, line => Assert.True(Rows(line) <= 60, plan));         // not by way of an index either
    }

    [Fact]
    public async Task A_page_of_the_newest_of_a_state_is_read_in_order()
    {
        var plan = await ExplainAsync(
            $"select * from jobs where team_id = {bench.TeamId} and state = 'succeeded' order by id desc limit 51"
        );
        Assert.DoesNotContain("Sort", plan);
        Assert.Contains("Index", plan);
    }

    [Fact]
    public async Task The_query_of_the_scaled_job_counts_those_that_a_gpu_may_take()
    {
        var file = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "deploy/kubernetes/overlays/gpu/worker-cuda.yaml"), Cancel);
        var query = Assert.Single(file, line => line.TrimStart().StartsWith("query:", StringComparison.Ordinal)).Split("query:")[1];
        var before = await CountAsync(query);
        await using var db = bench.Open();
        foreach (var queue in new[] { "auto", "cuda", "cpu" }.Select(device => Queues.For("normal", device)))
            db.Add(JobBench.NewJob(bench.TeamId, queue: queue));
        await db.SaveChangesAsync(Cancel);
        Assert.Equal(before + 2, await CountAsync(query));
        await db.Jobs.Where(job => job.State == JobState.Queued).ExecuteDeleteAsync(Cancel);
    }

    private async Task<long> CountAsync(string query)
    {
        await using var command = bench.Source.CreateCommand(query);
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }

    private async Task<string> ExplainAsync(string sql)
    {
        await using var command = bench.Source.CreateCommand($"explain (analyze, costs off, timing off, summary off) {sql}");
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var lines = new List<string>();
        while (await reader.ReadAsync(Cancel))
            lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }

    private static long Rows(string line) => long.Parse(line.Split("actual rows=")[1].Split([' ', '.'])[0], null);
}
