using System.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Telemetry;
using ConcatService.Worker.Memory;
using ConcatService.Worker.Protocol;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcatService.Worker.Supervision;

/// <summary>Has one job trained by a child process, and makes sure that the child ends when the lease does.</summary>
internal sealed partial class Supervisor(
    SpareTrainer spare,
    JobLeases leases,
    JobTransitions transitions,
    NpgsqlDataSource source,
    MachineMemory memory,
    WorkerIdentity self,
    IHostApplicationLifetime lifetime,
    ILogger<Supervisor> log
) : ITrainingJob
{
    /// <summary>The job in work, or null.</summary>
    public Guid? CurrentJob { get; private set; }

    /// <summary>
    /// Takes the job whose turn it is. After one that comes back to the queue the next claim follows at once, without a way round by the
    /// doorbell: its trainer died, the next one is warm, and its team has its turn back.
    /// </summary>
    public async Task RunAsync(Guid jobId)
    {
        var stop = lifetime.ApplicationStopping;
        while (!stop.IsCancellationRequested)                                   // when it is: the reconciler rings at another worker
        {
            var trainer = await spare.TakeAsync(stop);
            JobFence? claim = null;
            try
            {
                claim = await leases.ClaimNextAsync(jobId, self, await trainer.Ready, trainer.ProcessId, stop);
            }
            finally
            {
                if (claim is null)
                    spare.PutBack(trainer);
            }
            if (claim is not { } fence || await AttemptAsync(fence, trainer, stop) != JobState.Queued)
                return;
        }
    }

    /// <summary>Returns where the job is after the attempt, or null when the trainer brought it to its end.</summary>
    private async Task<JobState?> AttemptAsync(JobFence fence, TrainerProcess trainer, CancellationToken stop)
    {
        CurrentJob = fence.JobId;
        try
        {
            var scope = await JobScope.OfAsync(log, source, fence.JobId, fence.TeamId, stop);
            using var span = Tracing.Continue("attempt", scope.Traceparent, ActivityKind.Consumer);
            span?.SetTag("concat.job.id", fence.JobId.ToString()).SetTag("concat.worker.id", self.Id);
            trainer.Send(
                new Message(MessageKind.Run)
                {
                    JobId = fence.JobId,
                    TeamId = fence.TeamId,
                    Fence = fence.Number,
                    Worker = self.Id,
                    Traceparent = span?.Id ?? scope.Traceparent ?? "",
                }
            );
            trainer.LogScope = scope.Begin;
            using var told = scope.Begin();
            AttemptBegun(fence.JobId, fence.Number, trainer.ProcessId);
            var attempt = new Attempt(trainer, memory, leases, fence, log, stop);
            await attempt.WatchAsync();
            span?.SetTag("concat.attempt.reason", attempt.Reason);
            AttemptEnded(fence.JobId, fence.Number, attempt.Elapsed.TotalSeconds, attempt.Reason);
            if (attempt.OutOfMemory is { } what && await FailAsync(fence, what, attempt.PeakBytes))
                return JobState.Failed;
            return await leases.ReleaseAsync(fence, attempt.Reason, attempt.Counts, CancellationToken.None);
        }
        catch (NpgsqlException failure)
        {
            LeaseNotReturned(fence.JobId, failure);                                 // the lease will expire
            return null;
        }
        finally
        {
            trainer.Kill();
            CurrentJob = null;
        }
    }

    /// <summary>Ends a job that died of its memory: it would need as much again. False when someone asked for another end first.</summary>
    private async Task<bool> FailAsync(JobFence fence, string what, long peakBytes)
    {
        var predicted = await JobPrediction.ReadAsync(source, fence, CancellationToken.None);
        var failure = OutOfMemory.Failure(what, predicted?.MemoryBytes, peakBytes, memory.Bytes);
        return await transitions.TryMoveAsync(
            new JobMove(fence.JobId, JobState.Failed, failure.Message, self.Id) { Fence = fence.Number, Error = failure },
            CancellationToken.None
        );
    }

    [LoggerMessage(3020, LogLevel.Information, "Job {JobId}, fence {Fence}: handed to the trainer with process id {ProcessId}")]
    private partial void AttemptBegun(Guid jobId, long fence, int processId);

    [LoggerMessage(3021, LogLevel.Information, "Job {JobId}, fence {Fence}: the attempt ended after {Seconds:F1} s. {Reason}")]
    private partial void AttemptEnded(Guid jobId, long fence, double seconds, string reason);

    [LoggerMessage(3022, LogLevel.Error, "Job {JobId}: the lease could not be returned; the job is requeued when it expires")]
    private partial void LeaseNotReturned(Guid jobId, Exception failure);
}
