using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Jobs;
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
    /// A job that comes back to the queue is claimed again at once, without a way round by the doorbell: its trainer died, and the next one
    /// is warm.
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
                claim = await leases.ClaimAsync(jobId, self, trainer.ProcessId, stop);
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
            trainer.Send(
                new Message(MessageKind.Run)
                {
                    JobId = fence.JobId,
                    TeamId = fence.TeamId,
                    Fence = fence.Number,
                    Worker = self.Id,
                }
            );
            Begun(fence.JobId, fence.Number, trainer.ProcessId);
            var attempt = new Attempt(trainer, memory, leases, fence, log, stop);
            await attempt.WatchAsync();
            Over(fence.JobId, fence.Number, attempt.Reason);
            if (attempt.OutOfMemory is { } what && await FailAsync(fence, what, attempt.PeakBytes))
                return JobState.Failed;
            return await leases.GiveBackAsync(fence, attempt.Reason, attempt.Counts, CancellationToken.None);
        }
        catch (NpgsqlException failure)
        {
            NotGivenBack(fence.JobId, failure);                                 // the lease will expire
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

    [LoggerMessage(2020, LogLevel.Information, "Job {JobId} fence {Fence}: trainer {ProcessId} has it")]
    private partial void Begun(Guid jobId, long fence, int processId);

    [LoggerMessage(2021, LogLevel.Information, "Job {JobId} fence {Fence}: {Reason}")]
    private partial void Over(Guid jobId, long fence, string reason);

    [LoggerMessage(2022, LogLevel.Error, "Job {JobId}: the lease could not be given back and will expire")]
    private partial void NotGivenBack(Guid jobId, Exception failure);
}
