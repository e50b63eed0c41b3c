using System.Text.Json;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Tests.Jobs;

namespace ConcatService.Worker.Tests;

/// <summary>Jobs that want more memory than there is: the owner reads the figures, and nobody tries again.</summary>
[TestClass(DisableParallelization = true)]         // each test starts processes: two at once would measure each other
public sealed class OutOfMemoryTests(JobBench bench) : WorkerTest(bench), IClassFixture<JobBench>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("concat-machine-").FullName;

    [Fact]
    public async Task A_trainer_that_the_kernel_kills_for_its_memory_fails_at_once_with_both_figures()
    {
        Directory.CreateDirectory(Path.Combine(_root, "proc"));
        await File.WriteAllTextAsync(Path.Combine(_root, "proc/vmstat"), "oom_kill 0\n", Cancel);
        await File.WriteAllTextAsync(Path.Combine(_root, "proc/meminfo"), "MemTotal: 4000000 kB\n", Cancel);
        await using var worker = await ListeningAsync(WorkerProcess.Start(Bench.ConnectionString, _root));
        await using var db = Bench.Open();
        Assert.Equal(4_096_000_000, db.Workers.Single(row => row.ProcessId == worker.Id).MemoryBytes);

        var error = await FailedAsync(
            await QueueAsync(
                new()
                {
                    Steps = 100,
                    StepMs = 20,
                    KilledForMemoryAt = 20,
                },
                predictedBytes: 300_000_000
            )
        );

        Assert.Equal(300_000_000, error.GetProperty("details").GetProperty("predicted_bytes").GetInt64());
        Assert.InRange(error.GetProperty("details").GetProperty("peak_bytes").GetInt64(), 50_000_000, 2_000_000_000);
        Assert.Contains("The kernel killed the trainer", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("300 MB were predicted", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_allocation_that_libtorch_refuses_fails_at_once_with_what_was_tried()
    {
        await using var worker = await ListeningAsync(WorkerProcess.Start(Bench.ConnectionString));

        var error = await FailedAsync(await QueueAsync(new() { AllocatesAt = 5 }));

        Assert.Contains("you tried to allocate 4503599627370496 bytes", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.InRange(error.GetProperty("details").GetProperty("peak_bytes").GetInt64(), 50_000_000, 2_000_000_000);
    }

    [Fact]
    public async Task An_abort_for_want_of_memory_in_native_code_fails_at_once_and_is_not_tried_again()
    {
        await using var worker = await ListeningAsync(WorkerProcess.Start(Bench.ConnectionString));

        var error = await FailedAsync(await QueueAsync(new() { Steps = 100, StepMs = 20, AbortsAt = 20 }));

        Assert.Contains("got no more memory", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private async Task<JsonElement> FailedAsync(Guid id)
    {
        var job = await UntilAsync(id, JobState.Failed);
        Assert.Single(await AttemptsAsync(id));
        Assert.Equal(
            ("resource", "out_of_memory"),
            (job.Error!.Value.GetProperty("class").GetString(), job.Error!.Value.GetProperty("code").GetString())
        );
        return job.Error!.Value;
    }

    private Task<Guid> QueueAsync(SmallTraining.Settings settings, long? predictedBytes = null) => QueueAsync(new Job
    {
        TeamId = Bench.TeamId,
        Name = "a job",
        Spec = "{}",
        Dataset = "generated",
        Settings = JsonSerializer.SerializeToElement(settings),
        PredictedMemoryBytes = predictedBytes,
        ModelName = "a-model",
        Queue = Queues.For("normal"),
    });
}
