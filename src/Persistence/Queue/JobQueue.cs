using ConcatService.Domain.Jobs;
using Hangfire;
using Hangfire.States;
using Microsoft.Extensions.Logging;

namespace ConcatService.Persistence.Queue;

/// <summary>Rings the doorbell: puts a job's id, and nothing else, where a worker listens.</summary>
public sealed partial class JobQueue(JobStorage storage, ILogger<JobQueue> log)
{
    private readonly BackgroundJobClient _client = new(storage, QueueStorage.Filters);

    /// <summary>
    /// Rings for a job whose row is committed. Ringing twice is harmless: the claim decides. Not ringing is too: when it fails that is
    /// logged only, because <c>Maintenance</c> rings again within seconds. Blocks for some milliseconds; the queue has no asynchronous
    /// interface.
    /// </summary>
    public void Ring(Guid jobId, string queue)
    {
        try
        {
            _client.Create<ITrainingJob>(job => job.RunAsync(jobId), new EnqueuedState(queue));
        }
        catch (BackgroundJobClientException failure)
        {
            NotRung(jobId, queue, failure);
        }
    }

    [LoggerMessage(1001, LogLevel.Warning, "Job {JobId} could not be enqueued in {Queue}; maintenance enqueues it again within seconds")]
    private partial void NotRung(Guid jobId, string queue, Exception failure);
}
