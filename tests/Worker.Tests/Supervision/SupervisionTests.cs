using System.Diagnostics;
using System.Text.Json;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Tests.Jobs;
using ConcatService.Training;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Worker.Tests.Supervision;

[TestClass(DisableParallelization = true)]         // each test starts processes: two at once would measure each other
public sealed class SupervisionTests(JobBench bench) : WorkerTest(bench), IClassFixture<JobBench>
{
    private static readonly SmallTraining.Settings TwoSeconds = new() { Steps = 40, StepMs = 50 };
    private static readonly SmallTraining.Settings AMinute = new() { Steps = 1200, StepMs = 50 };

    [Fact]
    public async Task A_job_is_trained_to_its_end()
    {
        await using var worker = await StartAsync();
        var id = await QueueAsync(new());
        var job = await UntilAsync(id, JobState.Succeeded);
        Assert.Equal([1], (await AttemptsAsync(id)).Select(attempt => attempt.Number));
        Assert.Equal(20, job.Step);
        Assert.Equal(Enumerable.Range(1, 20), await StepsAsync(id));
        await using var db = Bench.Open();
        var path = await db
            .JobTransitions.Where(row => row.JobId == id)
            .OrderBy(row => row.Id)
            .Select(row => row.ToState)
            .ToListAsync(Cancel);
        Assert.Equal([JobState.Starting, JobState.Running, JobState.Finalizing, JobState.Succeeded], path);
    }

    [Fact]
    public async Task A_trainer_takes_its_memory_from_tcmalloc_where_that_is_installed()
    {
        await using var worker = await StartAsync();
        var id = await QueueAsync(TwoSeconds);
        await UntilAsync(id, job => job.Step >= 1);
        var maps = await File.ReadAllTextAsync($"/proc/{Assert.Single(await AttemptsAsync(id)).ProcessId}/maps", Cancel);
        Assert.Equal(TrainerEnvironment.Tcmalloc is not null, maps.Contains("libtcmalloc_minimal.so"));
        await UntilAsync(id, JobState.Succeeded);
    }

    [Fact]
    public async Task A_killed_trainer_means_a_second_attempt_within_three_seconds()
    {
        await using var worker = await StartAsync();
        var id = await QueueAsync(TwoSeconds);
        await UntilAsync(id, job => job.Step >= 5);
        var first = Assert.Single(await AttemptsAsync(id));
        KillNine(first.ProcessId);

        await UntilAsync(id, JobState.Succeeded);
        var attempts = await AttemptsAsync(id);
        Assert.Equal(2, attempts.Count);
        Assert.Contains("137", attempts[0].Reason);
        Assert.InRange((attempts[1].StartedAt - attempts[0].EndedAt!.Value).TotalSeconds, 0, 3);
        Assert.Equal(Enumerable.Range(1, 40), await StepsAsync(id));
    }

    [Fact]
    public async Task A_killed_worker_takes_its_trainer_along_and_its_successor_goes_on_at_once()
    {
        int trainer;
        Guid id;
        await using (var worker = await StartAsync())
        {
            id = await QueueAsync(TwoSeconds);
            await UntilAsync(id, job => job.Step >= 5);
            trainer = Assert.Single(await AttemptsAsync(id)).ProcessId;
            await worker.KillAsync();
        }
        var killed = Stopwatch.GetTimestamp();
        await using var successor = WorkerProcess.Start(Bench.ConnectionString);
        await UntilAsync(id, job => job.Attempt == 2);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"second attempt {Stopwatch.GetElapsedTime(killed).TotalSeconds:F2} s after the worker's death"
        );
        Assert.True(
            Stopwatch.GetElapsedTime(killed).TotalSeconds < 10,
            $"after {Stopwatch.GetElapsedTime(killed)}; the lease alone lasts a minute"
        );
        Assert.False(Lives(trainer));
        await UntilAsync(id, JobState.Succeeded);
        Assert.Equal(Enumerable.Range(1, 40), await StepsAsync(id));
    }

    [Fact]
    public async Task A_running_job_is_cancelled_within_seconds()
    {
        await using var worker = await StartAsync();
        var id = await QueueAsync(AMinute);
        await UntilAsync(id, job => job.Step >= 5);
        var asked = Stopwatch.GetTimestamp();
        Assert.Equal(JobState.Cancelling, await Bench.CancelAsync(id));
        await UntilAsync(id, JobState.Cancelled);
        Assert.True(Stopwatch.GetElapsedTime(asked).TotalSeconds < 20, $"after {Stopwatch.GetElapsedTime(asked)}");
    }

    [Fact]
    public async Task A_job_that_waits_behind_another_is_cancelled_at_once_and_never_starts()
    {
        await using var worker = await StartAsync();
        var busy = await QueueAsync(TwoSeconds);
        await UntilAsync(busy, JobState.Running);
        var waiting = await QueueAsync(new());
        Assert.Equal(JobState.Cancelled, await Bench.CancelAsync(waiting));
        await UntilAsync(busy, JobState.Succeeded);
        var after = await QueueAsync(new());
        await UntilAsync(after, JobState.Succeeded);
        Assert.Empty(await AttemptsAsync(waiting));
    }

    [Fact]
    public async Task A_training_that_breaks_fails_once_and_says_why()
    {
        await using var worker = await StartAsync();
        var id = await QueueAsync(new() { BreaksAt = 7 });
        var job = await UntilAsync(id, JobState.Failed);
        Assert.Equal("defect", job.Error!.Value.GetProperty("code").GetString());
        Assert.Contains("as asked", job.Error!.Value.GetProperty("message").GetString());
        Assert.Single(await AttemptsAsync(id));
        Assert.Equal(Enumerable.Range(1, 6), await StepsAsync(id));
    }

    [Fact]
    public async Task A_job_that_kills_its_trainer_gets_three_attempts()
    {
        await using var worker = await StartAsync();
        var id = await QueueAsync(new() { DiesAt = 3 });
        var job = await UntilAsync(id, JobState.Failed);
        Assert.Equal("poison", job.Error!.Value.GetProperty("code").GetString());
        Assert.Equal(3, (await AttemptsAsync(id)).Count);
    }

    [Fact]
    public async Task A_worker_that_is_asked_to_leave_gives_its_job_back_uncounted()
    {
        Guid id;
        await using (var worker = await StartAsync())
        {
            id = await QueueAsync(AMinute);
            await UntilAsync(id, job => job.Step >= 5);
            Assert.Equal(0, await worker.StopAsync());
        }
        var job = await Bench.ReadAsync(id);
        Assert.Equal((JobState.Queued, 1, 0), (job.State, job.Attempt, job.AttemptsSinceCheckpoint));
        Assert.Equal(["a-resume"], (await Bench.BellsAsync(id))[^1..]);
        await using var db = Bench.Open();
        Assert.False(await db.Workers.AnyAsync(Cancel));
        await Bench.CancelAsync(id);
    }

    private Task<WorkerProcess> StartAsync() => ListeningAsync(WorkerProcess.Start(Bench.ConnectionString));

    private Task<Guid> QueueAsync(SmallTraining.Settings settings) =>
        QueueAsync(JobBench.NewJob(Bench.TeamId, JsonSerializer.SerializeToElement(settings)));
}
