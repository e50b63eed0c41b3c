using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using ConcatService.Persistence.Queue;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Tests.Jobs;

public sealed class CheckpointTests(JobBench bench) : IClassFixture<JobBench>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_last_two_are_kept_and_the_bytes_of_the_others_go()
    {
        var (checkpoints, id) = await ClaimedAsync();
        foreach (var step in new[] { 10, 20, 30 })
            await checkpoints.AddAsync(step, 1, Bytes(step), Cancel);

        await using var db = bench.Open();
        Assert.Equal(
            [20, 30],
            await db.Checkpoints.Where(kept => kept.JobId == id).OrderBy(kept => kept.Step).Select(kept => kept.Step).ToListAsync(Cancel)
        );
        Assert.Equal(
            2,
            await db.Blobs.CountAsync(blob => db.Checkpoints.Any(kept => kept.JobId == id && kept.Sha256 == blob.Sha256), Cancel)
        );
        Assert.False(await db.Blobs.AnyAsync(blob => blob.LengthBytes == 10, Cancel));
    }

    [Fact]
    public async Task The_newest_is_read_and_a_damaged_one_gives_way_to_the_one_before()
    {
        var (checkpoints, id) = await ClaimedAsync();
        using var read = new MemoryStream();
        Assert.Null(await checkpoints.ReadNewestAsync(read, Cancel));
        await checkpoints.AddAsync(41, 1, Bytes(41), Cancel);
        await checkpoints.AddAsync(42, 2, Bytes(42), Cancel);
        Assert.Equal(42, await checkpoints.ReadNewestAsync(read, Cancel));
        Assert.Equal((42, 0), (read.Length, read.Position));

        await using var db = bench.Open();
        await db.Database.ExecuteSqlAsync(
            $"""
            update blob_chunks set data = '\x00' where blob_id =
              (select id from blobs where sha256 = (select sha256 from checkpoints where job_id = {id} and step = 42))
            """,
            Cancel
        );
        Assert.Equal(41, await checkpoints.ReadNewestAsync(read, Cancel));
    }

    [Fact]
    public async Task A_checkpoint_counts_lost_attempts_anew_and_an_old_attempt_cannot_write_one()
    {
        var (checkpoints, id) = await ClaimedAsync();
        await checkpoints.AddAsync(5, 1, Bytes(5), Cancel);
        var job = await bench.ReadAsync(id);
        Assert.Equal((0, 5L), (job.AttemptsSinceCheckpoint, job.LastCheckpointStep));

        await bench.Leases.ReleaseAsync(new(id, bench.TeamId, job.Fence), "lost", true, Cancel);
        await Assert.ThrowsAsync<StaleFenceException>(() => checkpoints.AddAsync(6, 1, Bytes(6), Cancel));
        await Assert.ThrowsAsync<StaleFenceException>(() => checkpoints.ForgetMetricsAfterAsync(0, Cancel));
    }

    [Fact]
    public async Task Metrics_behind_the_checkpoint_are_forgotten_and_those_before_it_stay()
    {
        var (checkpoints, id) = await ClaimedAsync();
        var fence = new JobFence(id, bench.TeamId, (await bench.ReadAsync(id)).Fence);
        await bench
            .Get<MetricWriter>()
            .WriteAsync(fence, [.. Enumerable.Range(1, 9).Select(step => new MetricPoint("train_loss", step, 1))], Cancel);
        await checkpoints.ForgetMetricsAfterAsync(4, Cancel);

        await using var db = bench.Open();
        Assert.Equal(4, await db.Metrics.CountAsync(metric => metric.JobId == id, Cancel));
    }

    [Fact]
    public async Task A_paused_job_waits_until_it_is_resumed()
    {
        await using var db = bench.Open();
        var control = new JobControl(db, bench.Transitions, bench.Get<JobQueue>());
        var id = await bench.QueueAsync();
        Assert.Equal(JobState.Paused, await control.PauseAsync(bench.TeamId, id, Cancel));
        Assert.NotNull((await bench.ReadAsync(id)).PauseRequestedAt);
        Assert.Null(await bench.Leases.ClaimAsync(id, JobBench.Worker, 1, Cancel));
        Assert.Equal(JobState.Queued, await control.ResumeAsync(bench.TeamId, id, Cancel));
        Assert.Null((await bench.ReadAsync(id)).PauseRequestedAt);
        Assert.Equal(["a-resume"], await bench.BellsAsync(id));
        Assert.NotNull(await bench.Leases.ClaimAsync(id, JobBench.Worker, 1, Cancel));
        Assert.Equal(JobState.Pausing, await control.PauseAsync(bench.TeamId, id, Cancel));
        Assert.Equal(JobState.Pausing, await control.ResumeAsync(bench.TeamId, id, Cancel));
    }

    private async Task<(Checkpoints, Guid)> ClaimedAsync()
    {
        var id = await bench.QueueAsync();
        return (new(bench.Source, (await bench.Leases.ClaimAsync(id, JobBench.Worker, 1, Cancel))!.Value), id);
    }

    private static MemoryStream Bytes(int length) => new([.. Enumerable.Repeat((byte)length, length)]);
}
