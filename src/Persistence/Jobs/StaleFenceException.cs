namespace ConcatService.Persistence.Jobs;

/// <summary>Someone else has the job now, or nobody, or it was asked to stop: the writer must stop too. Nothing was written.</summary>
public sealed class StaleFenceException(JobFence fence)
    : Exception(
        $"Job {fence.JobId}: fence {fence.Number} is not in force any more. "
            + "Another attempt has the job, or it has ended, or it was asked to stop."
    );
