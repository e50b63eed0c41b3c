using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Tests.Jobs;

public sealed class FencedWriteTests(JobBench bench) : IClassFixture<JobBench>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static MetricPoint[] Curve(int steps, double value) =>
        [.. Enumerable.Range(1, steps).Select(step => new MetricPoint("train_loss", step, value))];

    [Fact]
    public async Task Metrics_written_twice_are_there_once_with_the_newer_value()
    {
        var fence = await bench.ClaimAsync();
        var writer = bench.Get<MetricWriter>();
        await writer.WriteAsync(fence, Curve(200, 1), Cancel);
        await writer.WriteAsync(fence, Curve(300, 2), Cancel);
        await using var db = bench.Open();
        var values = await db.Metrics.Where(metric => metric.JobId == fence.JobId).Select(metric => metric.Value).ToListAsync(Cancel);
        Assert.Equal(Enumerable.Repeat(2.0, 300), values);
    }

    [Fact]
    public async Task A_step_that_is_twice_in_one_batch_does_no_harm()
    {
        var fence = await bench.ClaimAsync();
        await bench.Get<MetricWriter>().WriteAsync(fence, [.. Curve(3, 1), .. Curve(3, 1)], Cancel);
        await using var db = bench.Open();
        Assert.Equal(3, await db.Metrics.CountAsync(metric => metric.JobId == fence.JobId, Cancel));
    }

    [Fact]
    public async Task Two_jobs_may_meet_the_same_new_names_at_once()
    {
        var fences = new[] { await bench.ClaimAsync(), await bench.ClaimAsync(), await bench.ClaimAsync(), await bench.ClaimAsync() };
        var names = Enumerable.Range(0, 50).Select(number => new MetricPoint($"branch.{number}.signal", 1, number)).ToArray();
        await Task.WhenAll(fences.Select(fence => new MetricWriter(bench.Source).WriteAsync(fence, names, Cancel)));
        await using var db = bench.Open();
        foreach (var fence in fences)
            Assert.Equal(50, await db.Metrics.CountAsync(metric => metric.JobId == fence.JobId, Cancel));
    }

    [Fact]
    public async Task An_old_fence_writes_no_metric_no_event_and_no_progress()
    {
        var old = await bench.ClaimAsync();
        await bench.ExpireAsync(old);
        await bench.ClaimAsync(old.JobId);
        await AssertRefusedAsync(old);
    }

    [Fact]
    public async Task Nobody_writes_to_a_job_between_two_attempts_or_after_its_end()
    {
        var fence = await bench.ClaimAsync();
        await bench.Leases.ReleaseAsync(fence, "The trainer died.", counts: true, Cancel);
        await AssertRefusedAsync(fence);

        var last = await bench.ClaimAsync(fence.JobId);
        await bench.MoveAsync(last, JobState.Failed);
        await AssertRefusedAsync(last);
    }

    [Fact]
    public async Task Events_from_many_writers_count_without_gaps()
    {
        var fence = await bench.ClaimAsync();
        var writer = bench.Get<EventWriter>();
        NewEvent[] two = [new("info", "a", "first", "{\"n\":1}"), new("warning", "b", "second")];
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => writer.WriteAsync(fence, two, Cancel)));
        await using var db = bench.Open();
        var events = await db.JobEvents.Where(entry => entry.JobId == fence.JobId).OrderBy(entry => entry.Sequence).ToListAsync(Cancel);
        Assert.Equal(Enumerable.Range(1, 41).Select(number => (long)number), events.Select(entry => entry.Sequence));
        Assert.Equal(20, events.Count(entry => entry.Data?.TryGetProperty("n", out _) == true));
    }

    [Fact]
    public async Task Progress_is_in_the_row_with_an_estimate_of_the_end()
    {
        var fence = await bench.ClaimAsync();
        await new JobProgress(3, 10, 1270, 4220, 4100, TimeSpan.FromMinutes(5)).WriteAsync(bench.Source, fence, Cancel);
        var job = await bench.ReadAsync(fence.JobId);
        Assert.Equal(30.1, job.Percent);
        Assert.InRange((job.EstimatedFinishAt!.Value - DateTimeOffset.UtcNow).TotalMinutes, 4.9, 5.1);
    }

    private async Task AssertRefusedAsync(JobFence fence)
    {
        await Assert.ThrowsAsync<StaleFenceException>(() => bench.Get<MetricWriter>().WriteAsync(fence, Curve(3, 9), Cancel));
        await Assert.ThrowsAsync<StaleFenceException>(() => bench.Get<EventWriter>().WriteAsync(fence, [new("info", "x", "late")], Cancel));
        await Assert.ThrowsAsync<StaleFenceException>(() =>
            new JobProgress(1, 1, 1, 1, null, null).WriteAsync(bench.Source, fence, Cancel)
        );
        await using var db = bench.Open();
        Assert.False(await db.Metrics.AnyAsync(metric => metric.JobId == fence.JobId && metric.Value == 9, Cancel));
        Assert.False(await db.JobEvents.AnyAsync(entry => entry.JobId == fence.JobId && entry.Type == "x", Cancel));
    }
}
