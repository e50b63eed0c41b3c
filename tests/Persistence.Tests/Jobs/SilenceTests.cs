using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Retention;
using ConcatService.Persistence.Studies;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConcatService.Persistence.Tests.Jobs;

/// <summary>A worker that is not heard of loses its job long before its lease ends; an outage takes no job from anybody.</summary>
public sealed class SilenceTests(JobBench bench) : IClassFixture<JobBench>
{
    private static readonly WorkerDevice Device = new("cpu", null, false);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(11, 11, true)]
    [InlineData(9, 11, false)]                     // its report is late, its lease is not
    [InlineData(11, 9, false)]
    public async Task A_job_is_taken_from_a_worker_whose_report_and_lease_are_both_old(int renewed, int reported, bool taken)
    {
        var fence = await HeldAsync($"silent {renewed} {reported}", renewed, reported);
        Assert.Equal(taken ? 1 : 0, await bench.Leases.ReclaimSilentAsync(Cancel));
        var job = await bench.ReadAsync(fence.JobId);
        Assert.Equal(taken ? JobState.Queued : JobState.Starting, job.State);
        if (taken)
        {
            Assert.Equal(["a-resume"], await bench.BellsAsync(fence.JobId));
            Assert.Null(await bench.Leases.RenewAsync(fence, Cancel));         // who was silent and comes back has to stop
        }

        await bench.CancelAsync(fence.JobId);
        await bench.Leases.ReclaimFromAsync([$"silent {renewed} {reported}/machine/1/1"], Cancel);
    }

    [Fact]
    public async Task A_worker_that_is_not_listed_keeps_its_job_until_the_lease_ends()
    {
        var fence = await HeldAsync("unlisted", 30, 30);
        await bench.Get<WorkerRegistry>().RemoveAsync(["unlisted/machine/1/1"], Cancel);
        Assert.Equal(0, await bench.Leases.ReclaimSilentAsync(Cancel));
        Assert.NotNull(await bench.Leases.RenewAsync(fence, Cancel));
    }

    [Fact]
    public async Task Maintenance_takes_silence_for_the_workers_own_only_when_the_database_answered_all_the_time()
    {
        var fence = await HeldAsync("cut off", 40, 40);
        var time = new Clock();
        using var maintenance = new Maintenance(
            bench.Source,
            bench.Leases,
            bench.Get<Doorbells>(),
            bench.Get<WorkerRegistry>(),
            bench.Get<JobTallies>(),
            bench.Get<RetentionTurns>(),
            bench.Get<StudyStore>(),
            time,
            NullLogger<Maintenance>.Instance
        );
        for (var second = 0; second <= 15; second += 3)                         // the process has just begun, or the database is just back
            await RoundAsync(3);
        Assert.Equal(JobState.Starting, (await bench.ReadAsync(fence.JobId)).State);
        await RoundAsync(20);                                                   // it was away: everybody was silent
        for (var second = 0; second <= 12; second += 3)
            await RoundAsync(3);
        Assert.Equal(JobState.Starting, (await bench.ReadAsync(fence.JobId)).State);
        await RoundAsync(3);
        await RoundAsync(3);
        Assert.Equal(JobState.Queued, (await bench.ReadAsync(fence.JobId)).State);

        async Task RoundAsync(int seconds)
        {
            time.Seconds += seconds;
            await maintenance.TickAsync(Cancel);
        }
    }

    /// <summary>A job that a worker of another machine holds, which renewed its lease and reported so many seconds ago.</summary>
    private async Task<JobFence> HeldAsync(string host, int renewed, int reported)
    {
        var worker = new WorkerIdentity(host, "machine", 1, "1");
        await bench.Get<WorkerRegistry>().HeartbeatAsync(worker, Device, true, null, Cancel);
        var fence = (await bench.Leases.ClaimAsync(await bench.QueueAsync(), worker, 1, Cancel))!.Value;
        await bench.ExecuteAsync(
            $"""
            update jobs set lease_expires_at = lease_expires_at - interval '{renewed} s' where id = @job;
            update workers set last_seen_at = now() - interval '{reported} s' where id = (select lease_owner from jobs where id = @job)
            """,
            fence.JobId
        );
        return fence;
    }

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
