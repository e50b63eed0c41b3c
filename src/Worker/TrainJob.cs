using ConcatService.Domain.Jobs;

namespace ConcatService.Worker;

/// <summary>From a claimed job to a published model.</summary>
internal static class TrainJob
{
    public static Task<JobFailure?> RunAsync(TrainerContext context) => Task.FromResult<JobFailure?>(
        new(FailureClass.Infrastructure, "cannot_train", $"Job {context.Job.Id}: this worker was built before there was a training loop. Update it."));
}
