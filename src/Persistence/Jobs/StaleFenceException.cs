namespace ConcatService.Persistence;

/// <summary>Someone else has the job now, or nobody: the writer must stop at once. Nothing was written.</summary>
public sealed class StaleFenceException(JobFence fence)
    : Exception($"Job {fence.JobId}: fence {fence.Number} is not in force any more. Another attempt has the job, or it has ended.");
