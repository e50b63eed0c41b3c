using System.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Queue;
using ConcatService.Training;
using ConcatService.Worker.Memory;
using ConcatService.Worker.Protocol;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcatService.Worker.Supervision;

/// <summary>The time from the claim of a job to the end of its trainer, seen from the supervisor.</summary>
internal sealed partial class Attempt(
    TrainerProcess trainer,
    MachineMemory memory,
    JobLeases leases,
    JobFence fence,
    ILogger log,
    CancellationToken shutdown
)
{
    private const int KilledCode = 128 + 9, AbortedCode = 128 + 6;              // SIGKILL, SIGABRT
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan CheckpointPatience = QueueStorage.Shutdown - TimeSpan.FromSeconds(20);
    private readonly long _killsBefore = memory.Kills;
    private readonly long _begun = Stopwatch.GetTimestamp();
    private long _renewed = Stopwatch.GetTimestamp();
    private TimeSpan? _killAfter;
    private bool _isStopping;

    /// <summary>The time since the trainer got the job.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_begun);

    /// <summary>How it ended, for people.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>False when the service wanted the end, not the job.</summary>
    public bool Counts { get; private set; } = true;

    /// <summary>The most memory that the trainer was seen to hold.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>What it did for want of memory, a sentence; null when it ended for another reason.</summary>
    public string? OutOfMemory { get; private set; }

    /// <summary>Returns when the trainer has ended, one way or another.</summary>
    public async Task WatchAsync()
    {
        var looked = Stopwatch.GetTimestamp();
        while (await Task.WhenAny(trainer.Ended, Task.Delay(Heartbeat.MemoryInterval)) != trainer.Ended)
        {
            PeakBytes = ProcessMemory.PeakBytes(trainer.ProcessId) ?? PeakBytes;
            if (Stopwatch.GetElapsedTime(looked) < Heartbeat.StateInterval)
                continue;
            looked = Stopwatch.GetTimestamp();
            await RoundAsync();
            if (Elapsed > _killAfter)
                trainer.Kill();
        }
        var code = await trainer.Ended;
        OutOfMemory = code switch
        {
            KilledCode when !trainer.WasKilled && memory.Kills > _killsBefore => "The kernel killed the trainer for want of memory.",
            AbortedCode when trainer.WantedMemory => "The trainer got no more memory and broke off.",
            _ => null,
        };
        if (Reason.Length == 0)
            Reason = code == 0 ? "The trainer has ended." : $"The trainer ended with code {code}.";
    }

    private async Task RoundAsync()
    {
        using var limit = new CancellationTokenSource(Heartbeat.LeaseInterval / 2);
        try
        {
            var due = Stopwatch.GetElapsedTime(_renewed) > Heartbeat.LeaseInterval;
            var state = await (due ? leases.RenewAsync(fence, limit.Token) : leases.ReadStateAsync(fence, limit.Token));
            if (due && state is not null)
                _renewed = Stopwatch.GetTimestamp();
            Heed(state);
        }
        catch (Exception failure) when (failure is NpgsqlException or OperationCanceledException)
        {
            NotRenewed(fence.JobId, Stopwatch.GetElapsedTime(_renewed).TotalSeconds, failure.Message);
            if (Stopwatch.GetElapsedTime(_renewed) > Heartbeat.Timeout)
                End("The lease could not be renewed for 40 seconds.", TimeSpan.Zero);
        }
        if (shutdown.IsCancellationRequested && _killAfter is null)
            Leave("The worker shuts down.");
    }

    private void Heed(JobState? state)
    {
        if (_isStopping)
            return;
        if (state == JobState.Cancelling)
            End("Stopped on request.", CancelPatience);
        else if (state is null)
            // normal at the end: the trainer has written the result and is about to leave
            End("This worker no longer holds the job's lease.", CancelPatience);
        else if (state == JobState.Pausing && _killAfter is null)
            Leave("Paused on request.");
    }

    /// <summary>Asks the trainer for a checkpoint and its end. The attempt has done nothing wrong.</summary>
    private void Leave(string reason)
    {
        Counts = false;
        Reason = reason;
        _killAfter = Elapsed + CheckpointPatience;
        trainer.Send(new Message(MessageKind.Leave));
    }

    /// <summary>Asks the trainer to end; it is killed when it has not after <paramref name="patience"/>.</summary>
    private void End(string reason, TimeSpan patience)
    {
        (Reason, _isStopping) = (reason, true);
        _killAfter = Elapsed + patience;
        trainer.Send(new Message(MessageKind.Stop));
    }

    [LoggerMessage(3030, LogLevel.Warning, "Job {JobId}: the lease was last renewed {Seconds:F0} s ago, the database does not answer: "
        + "{Problem}")]
    private partial void NotRenewed(Guid jobId, double seconds, string problem);
}
