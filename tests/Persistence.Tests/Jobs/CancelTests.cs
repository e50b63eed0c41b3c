using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Queue;

namespace ConcatService.Persistence.Tests.Jobs;

public sealed class CancelTests(JobBench bench) : IClassFixture<JobBench>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_queued_job_is_cancelled_at_once_and_cannot_be_claimed()
    {
        var job = await bench.QueueAsync();
        Assert.Equal(JobState.Cancelled, await bench.CancelAsync(job));
        Assert.Null(await bench.Leases.ClaimAsync(job, JobBench.Worker, 1, Cancel));
        Assert.NotNull((await bench.ReadAsync(job)).FinishedAt);
    }

    [Theory]
    [InlineData]
    [InlineData(JobState.Running)]
    [InlineData(JobState.Running, JobState.Finalizing)]
    [InlineData(JobState.Running, JobState.Pausing)]
    public async Task A_held_job_is_asked_to_stop_and_its_worker_ends_it(params JobState[] way)
    {
        var fence = await bench.ClaimAsync();
        await bench.MoveAsync(fence, way);
        Assert.Equal(JobState.Cancelling, await bench.CancelAsync(fence.JobId));
        Assert.Equal(JobState.Cancelling, await bench.CancelAsync(fence.JobId));
        await bench.Leases.ReleaseAsync(fence, "Stopped on request.", counts: true, Cancel);
        Assert.Equal(JobState.Cancelled, (await bench.ReadAsync(fence.JobId)).State);
    }

    [Fact]
    public async Task A_paused_job_is_cancelled_at_once()
    {
        var fence = await bench.ClaimAsync();
        await bench.MoveAsync(fence, JobState.Running, JobState.Pausing, JobState.Paused);
        Assert.Equal(JobState.Cancelled, await bench.CancelAsync(fence.JobId));
    }

    [Fact]
    public async Task A_job_that_has_ended_stays_as_it_is()
    {
        var fence = await bench.ClaimAsync();
        await bench.MoveAsync(fence, JobState.Failed);
        Assert.Equal(JobState.Failed, await bench.CancelAsync(fence.JobId));
    }

    [Fact]
    public async Task Another_teams_job_is_not_there()
    {
        var job = await bench.QueueAsync();
        await using var db = bench.Open();
        var control = new JobControl(db, bench.Transitions, bench.Get<JobQueue>());
        Assert.Null(await control.CancelAsync(bench.TeamId + 1, job, Cancel));
    }

    [Fact]
    public async Task A_cancelled_job_cannot_succeed_any_more()
    {
        var fence = await bench.ClaimAsync();
        await bench.MoveAsync(fence, JobState.Running, JobState.Finalizing);
        await bench.CancelAsync(fence.JobId);
        Assert.False(
            await bench.Transitions.TryMoveAsync(
                new JobMove(fence.JobId, JobState.Succeeded, "late", "test") { Fence = fence.Number },
                Cancel
            )
        );
    }
}
