using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using ConcatService.Persistence.Tests.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Tests.Metrics;

/// <summary>Charts over long series, which are read from rollups.</summary>
public sealed class MetricRollupTests(JobBench bench) : IClassFixture<JobBench>
{
    private const string Loss = "train_loss";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_chart_of_a_long_series_has_its_ends_and_its_spikes_without_reading_all_of_it()
    {
        var fence = await bench.ClaimAsync();
        await WriteAsync(fence, 1, 10_000, step => step is 1_234 ? 99 : step is 5_000 ? -99 : step is 7_777 ? double.NaN : 1.0 / step);
        var curve = await ReadAsync(fence, 50);
        Assert.InRange(curve.Points.Count, 50, 3_000);
        Assert.Equal((1, 10_000), (curve.Points[0].Step, curve.Points[^1].Step));
        Assert.Equal(
            [(1_234, 99), (5_000, -99), (7_777, double.NaN)],
            curve.Points.Where(point => !(Math.Abs(point.Value) <= 1)).Select(point => ((int)point.Step, point.Value))
        );
        Assert.Equal(curve.Points.Select(point => point.Step).Distinct().Order(), curve.Points.Select(point => point.Step));
    }

    [Fact]
    public async Task Who_asks_for_every_point_or_nearly_gets_every_point()
    {
        var fence = await bench.ClaimAsync();
        await WriteAsync(fence, 1, 5_000, step => step);
        Assert.Equal(5_000, (await ReadAsync(fence, null)).Points.Count);
        Assert.Equal(5_000, (await ReadAsync(fence, 4_999)).Points.Count);
    }

    [Fact]
    public async Task A_short_series_has_no_rollups()
    {
        var fence = await bench.ClaimAsync();
        await WriteAsync(fence, 1, 500, step => step);
        await using var db = bench.Open();
        Assert.False(await db.MetricRollups.AnyAsync(rollup => rollup.JobId == fence.JobId, Cancel));
        Assert.Equal(500, (await ReadAsync(fence, 2)).Points.Count);
    }

    [Fact]
    public async Task After_a_resume_only_the_newest_attempt_is_in_the_chart()
    {
        var lost = await bench.ClaimAsync();
        await WriteAsync(lost, 1, 6_000, step => step > 3_000 ? 99 : 1);
        await bench.ExpireAsync(lost);
        var fence = await bench.ClaimAsync(lost.JobId);
        await new Checkpoints(bench.Source, fence).ForgetMetricsAfterAsync(3_000, Cancel);
        var left = await ReadAsync(fence, 2);
        Assert.Equal((3_000, 1), (left.Points[^1].Step, left.Points.Max(point => point.Value)));

        await WriteAsync(fence, 3_001, 6_000, step => step == 4_000 ? -1 : 2);
        var curve = await ReadAsync(fence, 2);
        Assert.Equal(
            (6_000, 2, -1),
            (curve.Points[^1].Step, curve.Points.Max(point => point.Value), curve.Points.Min(point => point.Value))
        );
        await using var db = bench.Open();
        var rollups = await db
            .MetricRollups.Where(rollup => rollup.JobId == fence.JobId)
            .OrderBy(rollup => rollup.FirstStep)
            .ToListAsync(Cancel);
        Assert.All(rollups.Zip(rollups.Skip(1)), pair => Assert.Equal(pair.First.LastStep + 1, pair.Second.FirstStep));
        Assert.True(rollups[^1].LastStep > 4_500);
    }

    /// <summary>In batches of the size in which a trainer writes.</summary>
    private async Task WriteAsync(JobFence fence, int from, int to, Func<int, double> value)
    {
        var writer = new MetricWriter(bench.Source);
        foreach (var steps in Enumerable.Range(from, to - from + 1).Chunk(300))
            await writer.WriteAsync(
                fence,
                [.. steps.Select(step => new MetricPoint(Loss, step, value(step))), new("other", steps[^1], 0)],
                Cancel
            );
    }

    private async Task<Curve> ReadAsync(JobFence fence, int? maxPoints) =>
        Assert.Single(await new MetricReader(bench.Source).ReadAsync(fence.JobId, [Loss], maxPoints, Cancel));
}
