using System.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Queue;
using ConcatService.Training;
using ConcatService.Worker.Memory;
using Hangfire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcatService.Worker.Supervision;

/// <summary>
/// Answers the doorbell for one job at a time, is on the list of workers, and looks after neighbors on this machine that died.
/// </summary>
internal sealed partial class Listener(
    SpareTrainer spare,
    Supervisor supervisor,
    WorkerIdentity self,
    MachineMemory memory,
    WorkerRegistry workers,
    JobLeases leases,
    JobStorage storage,
    ILogger<Listener> log
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2), Glance = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether it hears doorbells: the first trainer is warm.</summary>
    public bool IsListening { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var warming = FirstDeviceAsync(stoppingToken);
        await RequeueJobsOfDeadWorkersAsync(stoppingToken); // while the first spare warms up: its first job may be among these
        var name = await warming;
        var device = new WorkerDevice(name, name == "cpu" ? memory.Bytes : null, Machines.HasBFloat16);
        await RoundAsync(device, stoppingToken);
        using var server = new BackgroundJobServer(Options(device.Name), storage);
        IsListening = true;
        Listening(self.Id, device.Name);
        if (TrainerEnvironment.Tcmalloc is null)
            NoTcmalloc();
        try
        {
            // The list tells within a glance that a job has begun or the next spare is warm; otherwise a sign of life now and then is
            // enough.
            using var timer = new PeriodicTimer(Glance);
            (bool, Guid?) shown = default;
            var since = Stopwatch.GetTimestamp();
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var now = (spare.IsReady, supervisor.CurrentJob);
                if (now == shown && Stopwatch.GetElapsedTime(since) < Interval)
                    continue;
                await RoundAsync(device, stoppingToken);
                (shown, since) = (now, Stopwatch.GetTimestamp());
            }
        }
        finally
        {
            server.SendStop();
            await server.WaitForShutdownAsync(CancellationToken.None);          // bounded by the server's own time limit
            await workers.RemoveAsync([self.Id], CancellationToken.None);
        }
    }

    private BackgroundJobServerOptions Options(string device) => new()
    {
        ServerName = self.Id,
        Queues = [.. Queues.ListenedBy(device)],
        WorkerCount = 1,                                                        // one job per device
        ShutdownTimeout = QueueStorage.Shutdown,
        Activator = new SupervisorActivator(supervisor),
        FilterProvider = QueueStorage.Filters,
    };

    private async Task<string> FirstDeviceAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await spare.DeviceAsync(stop);
            }
            catch (InvalidOperationException failure)
            {
                NoTrainer(Interval.TotalSeconds, failure);
                await Task.Delay(Interval, stop);
            }
        }
    }

    private async Task RoundAsync(WorkerDevice device, CancellationToken stop)
    {
        try
        {
            await workers.HeartbeatAsync(self, device, spare.IsReady, supervisor.CurrentJob, stop);
        }
        catch (NpgsqlException failure)
        {
            DatabaseAway(failure.Message);
            return;
        }
        await RequeueJobsOfDeadWorkersAsync(stop);
    }

    private async Task RequeueJobsOfDeadWorkersAsync(CancellationToken stop)
    {
        try
        {
            var gone = (await workers.AllAsync(stop)).Where(LocalProcesses.IsGone).Select(worker => worker.Id).ToArray();
            if (gone.Length == 0)
                return;

            var jobs = await leases.ReclaimFromAsync(gone, stop);
            await workers.RemoveAsync(gone, stop);
            RequeuedJobsOfDeadWorkers(gone.Length, jobs);
        }
        catch (NpgsqlException failure)
        {
            DatabaseAway(failure.Message);
        }
    }

    /// <summary>The one class that a doorbell entry may call.</summary>
    private sealed class SupervisorActivator(Supervisor supervisor) : JobActivator
    {
        public override object ActivateJob(Type jobType) => supervisor;
    }

    [LoggerMessage(3010, LogLevel.Information, "Worker {WorkerId} waits for jobs on device {Device}")]
    private partial void Listening(string workerId, string device);

    [LoggerMessage(
        3014,
        LogLevel.Warning,
        "tcmalloc is not installed (libtcmalloc-minimal4): trainings take up to twice the memory that admission counts with, and longer "
            + "steps"
    )]
    private partial void NoTcmalloc();

    [LoggerMessage(3011, LogLevel.Warning, "Requeued {Jobs} jobs of {Workers} dead workers on this machine")]
    private partial void RequeuedJobsOfDeadWorkers(int workers, int jobs);

    [LoggerMessage(3012, LogLevel.Error, "The database does not answer: {Problem}")]
    private partial void DatabaseAway(string problem);

    [LoggerMessage(3013, LogLevel.Error, "The trainer process does not start, so this worker takes no jobs; it tries again in {Seconds} s")]
    private partial void NoTrainer(double seconds, Exception failure);
}
