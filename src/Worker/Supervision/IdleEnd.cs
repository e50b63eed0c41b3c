using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ConcatService.Worker.Supervision;

/// <summary>
/// Ends a worker that has had nothing to do for a while, where it was started by need. A bell rings within milliseconds of a job, and again
/// within seconds: after that time nothing waits that this worker might take.
/// </summary>
internal sealed partial class IdleEnd(
    WorkerSettings settings,
    Listener listener,
    Supervisor supervisor,
    CheckpointExporter exporter,
    IHostApplicationLifetime lifetime,
    ILogger<IdleEnd> log
) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.UntilIdle is not { } longest)
            return;
        using var timer = new PeriodicTimer(Look);
        var busy = Stopwatch.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!listener.IsListening || supervisor.CurrentJob is not null || exporter.IsBusy)
                busy = Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(busy) < longest)
                continue;
            NothingToDo(longest.TotalSeconds);
            lifetime.StopApplication();
            return;
        }
    }

    [LoggerMessage(3060, LogLevel.Information, "This worker has had nothing to do for {Seconds} s and ends, as it was asked to")]
    private partial void NothingToDo(double seconds);
}
