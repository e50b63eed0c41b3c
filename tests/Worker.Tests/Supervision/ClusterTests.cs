using System.Diagnostics;
using System.Text.Json;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Tests.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Worker.Tests.Supervision;

/// <summary>Workers as a cluster runs them: started by need, asked by file, killed with their node.</summary>
[TestClass(DisableParallelization = true)]
public sealed class ClusterTests(JobBench bench) : WorkerTest(bench), IClassFixture<JobBench>
{
    [Fact]
    public async Task A_worker_that_is_started_by_need_trains_what_waits_and_ends_with_0()
    {
        var id = await QueueAsync(JobBench.NewJob(Bench.TeamId, Settings(new())));
        await using var worker = WorkerProcess.Start(Bench.ConnectionString, settings: ["Worker__UntilIdleSeconds=3"]);
        Assert.Equal(0, await worker.EndAsync(Cancel));
        Assert.Equal(JobState.Succeeded, (await Bench.ReadAsync(id)).State);
        await using var db = Bench.Open();
        Assert.False(await db.Workers.AnyAsync(row => row.ProcessId == worker.Id, Cancel));
    }

    [Fact]
    public async Task A_setting_that_is_none_is_refused_before_anything_starts()
    {
        await using var worker = WorkerProcess.Start(Bench.ConnectionString, settings: ["Worker__UntilIdleSeconds=soon"]);
        Assert.Equal(1, await worker.EndAsync(Cancel));
    }

    [Fact]
    public async Task The_heartbeat_file_is_there_when_the_worker_listens_and_is_written_again()
    {
        var file = Path.Combine(Path.GetTempPath(), $"concat-heartbeat-{Guid.NewGuid():N}");
        try
        {
            await using var worker = WorkerProcess.Start(Bench.ConnectionString, settings: [$"Worker__HeartbeatFile={file}"]);
            await EventuallyAsync(() => Task.FromResult(File.Exists(file)), "the file is there");
            await using var db = Bench.Open();
            Assert.True(await db.Workers.AnyAsync(row => row.ProcessId == worker.Id, Cancel));
            var first = File.GetLastWriteTimeUtc(file);
            await EventuallyAsync(() => Task.FromResult(File.GetLastWriteTimeUtc(file) > first), "it is written again");
            Assert.InRange((File.GetLastWriteTimeUtc(file) - first).TotalSeconds, 4, 30);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_job_of_a_node_that_is_gone_goes_on_within_15_seconds_on_another()
    {
        await using var worker = await ListeningAsync(WorkerProcess.Start(Bench.ConnectionString));
        await Task.Delay(TimeSpan.FromSeconds(17), Cancel);                     // until this one's silence of others means something
        var (gone, registry) = (new WorkerIdentity("gone", "another machine", 4711, "1"), Bench.Get<WorkerRegistry>());
        var job = JobBench.NewJob(Bench.TeamId, Settings(new()));
        await using (var db = Bench.Open())
        {
            db.Add(job);
            await db.SaveChangesAsync(Cancel);
        }

        Assert.NotNull(await Bench.Leases.ClaimAsync(job.Id, gone, 1, Cancel));
        await registry.HeartbeatAsync(gone, new WorkerDevice("cpu", null, false), false, job.Id, Cancel);
        var killed = Stopwatch.GetTimestamp();
        await UntilAsync(job.Id, found => found.Attempt == 2);
        var seconds = Stopwatch.GetElapsedTime(killed).TotalSeconds;
        TestContext.Current.TestOutputHelper!.WriteLine($"second attempt {seconds:F1} s after the last sign of life");
        Assert.InRange(seconds, 9, 20);                                         // 15 s, and what a busy machine adds
        await UntilAsync(job.Id, JobState.Succeeded);
    }

    private static JsonElement Settings(SmallTraining.Settings settings) => JsonSerializer.SerializeToElement(settings);
}
