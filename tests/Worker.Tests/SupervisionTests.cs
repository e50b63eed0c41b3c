using System.Diagnostics;
using System.Text.Json;
using ConcatService.Api.Tests.Jobs;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Worker.Tests;

public sealed class SupervisionTests(JobBench bench) : IClassFixture<JobBench>
{
    private static readonly SmallTraining.Settings TwoSeconds = new() { Steps = 40, StepMs = 50 };
    private static readonly SmallTraining.Settings AMinute = new() { Steps = 1200, StepMs = 50 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_is_trained_to_its_end()
    {
        await using var worker = await StartAsync();
        var id = await QueueAsync(new());
        var job = await UntilAsync(id, JobState.Succeeded);
        Assert.Equal([1], (await AttemptsAsync(id)).Select(attempt => attempt.Number));
        Assert.Equal(20, job.Step);
        Assert.Equal(Enumerable.Range(1, 20), await StepsAsync(id));
        await using var db = bench.Open();
        var path = await db.JobTransitions.Where(row => row.JobId == id).OrderBy(row => row.Id).Select(row => row.ToState).ToListAsync(Cancel);
        Assert.Equal([JobState.Starting, JobState.Running, JobState.Finalizing, JobState.Succeeded], path);
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
        await using var successor = WorkerProcess.Start(bench.ConnectionString);
        await UntilAsync(id, job => job.Attempt == 2);
        TestContext.Current.TestOutputHelper!.WriteLine($"second attempt {Stopwatch.GetElapsedTime(killed).TotalSeconds:F2} s after the worker's death");
        Assert.True(Stopwatch.GetElapsedTime(killed).TotalSeconds < 10, $"after {Stopwatch.GetElapsedTime(killed)}; the lease alone lasts a minute");
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
        Assert.Equal(JobState.Cancelling, await bench.CancelAsync(id));
        await UntilAsync(id, JobState.Cancelled);
        Assert.True(Stopwatch.GetElapsedTime(asked).TotalSeconds < 5, $"after {Stopwatch.GetElapsedTime(asked)}");
    }

    [Fact]
    public async Task A_job_that_waits_behind_another_is_cancelled_at_once_and_never_starts()
    {
        await using var worker = await StartAsync();
        var busy = await QueueAsync(TwoSeconds);
        await UntilAsync(busy, JobState.Running);
        var waiting = await QueueAsync(new());
        Assert.Equal(JobState.Cancelled, await bench.CancelAsync(waiting));
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
        var job = await bench.ReadAsync(id);
        Assert.Equal((JobState.Queued, 1, 0), (job.State, job.Attempt, job.AttemptsSinceCheckpoint));
        Assert.Equal(["a-resume"], (await bench.BellsAsync(id))[^1..]);
        await using var db = bench.Open();
        Assert.False(await db.Workers.AnyAsync(Cancel));
        await bench.CancelAsync(id);
    }

    private async Task<WorkerProcess> StartAsync()
    {
        var worker = WorkerProcess.Start(bench.ConnectionString);
        await using var db = bench.Open();
        await EventuallyAsync(() => db.Workers.AnyAsync(row => row.ProcessId == worker.Id && row.SpareReady, Cancel), "the worker is listed with a warm spare");
        return worker;
    }

    private async Task<Guid> QueueAsync(SmallTraining.Settings settings)
    {
        await using var db = bench.Open();
        var job = JobBench.NewJob(bench.TeamId, JsonSerializer.SerializeToElement(settings));
        await new JobControl(db, bench.Transitions, bench.Get<JobQueue>()).CreateAsync(job, Cancel);
        return job.Id;
    }

    private Task<Job> UntilAsync(Guid id, JobState state) => UntilAsync(id, job => job.State == state);

    private async Task<Job> UntilAsync(Guid id, Func<Job, bool> condition)
    {
        Job? job = null;
        await EventuallyAsync(async () => condition(job = await bench.ReadAsync(id)), "the job gets there");
        return job!;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition, string what)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began).TotalSeconds < 30, $"waited 30 s until {what}");
            await Task.Delay(20, Cancel);
        }
    }

    private async Task<List<JobAttempt>> AttemptsAsync(Guid id)
    {
        await using var db = bench.Open();
        return await db.JobAttempts.Where(attempt => attempt.JobId == id).OrderBy(attempt => attempt.Number).ToListAsync(Cancel);
    }

    private async Task<List<int>> StepsAsync(Guid id)
    {
        await using var db = bench.Open();
        return await db.Metrics.Where(metric => metric.JobId == id).OrderBy(metric => metric.Step).Select(metric => (int)metric.Step).ToListAsync(Cancel);
    }

    private static void KillNine(int process)
    {
        using var victim = Process.GetProcessById(process);
        victim.Kill();
    }

    /// <summary>A dead process that nobody has collected yet does not live.</summary>
    private static bool Lives(int process) =>
        File.Exists($"/proc/{process}/status") && !File.ReadLines($"/proc/{process}/status").Any(line => line.StartsWith("State:") && line.Contains('Z'));
}
