using System.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Queue;
using ConcatService.Persistence.Tests.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Worker.Tests;

/// <summary>What tests of running workers ask and wait for.</summary>
public abstract class WorkerTest(JobBench bench)
{
    // Trainers run at low priority: on a machine that builds something else at the same time they get little.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected JobBench Bench => bench;

    /// <summary>Returns the worker when it listens and has a spare.</summary>
    protected async Task<WorkerProcess> ListeningAsync(WorkerProcess worker)
    {
        await using var db = bench.Open();
        await EventuallyAsync(
            () => db.Workers.AnyAsync(row => row.ProcessId == worker.Id && row.SpareReady, Cancel),
            "the worker is listed with a warm spare"
        );
        return worker;
    }

    protected async Task<Guid> QueueAsync(Job job)
    {
        await using var db = bench.Open();
        await new JobControl(db, bench.Transitions, bench.Get<JobQueue>()).CreateAsync(job, Cancel);
        return job.Id;
    }

    protected Task<Job> UntilAsync(Guid id, JobState state) => UntilAsync(id, job => job.State == state);

    protected async Task<Job> UntilAsync(Guid id, Func<Job, bool> condition)
    {
        Job? job = null;
        await EventuallyAsync(async () => condition(job = await bench.ReadAsync(id)), "the job gets there");
        return job!;
    }

    internal static async Task EventuallyAsync(Func<Task<bool>> condition, string what)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"waited {Patience} until {what}");
            await Task.Delay(20, Cancel);
        }
    }

    protected async Task<List<JobAttempt>> AttemptsAsync(Guid id)
    {
        await using var db = bench.Open();
        return await db.JobAttempts.Where(attempt => attempt.JobId == id).OrderBy(attempt => attempt.Number).ToListAsync(Cancel);
    }

    protected async Task<List<int>> StepsAsync(Guid id)
    {
        await using var db = bench.Open();
        return await db
            .Metrics.Where(metric => metric.JobId == id)
            .OrderBy(metric => metric.Step)
            .Select(metric => (int)metric.Step)
            .ToListAsync(Cancel);
    }

    protected static void KillNine(int process)
    {
        using var victim = Process.GetProcessById(process);
        victim.Kill();
    }

    /// <summary>A dead process that nobody has collected yet does not live.</summary>
    protected static bool Lives(int process) =>
        File.Exists($"/proc/{process}/status")
        && !File.ReadLines($"/proc/{process}/status").Any(line => line.StartsWith("State:") && line.Contains('Z'));
}
