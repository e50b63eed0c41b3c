namespace ConcatService.Domain.Jobs;

/// <summary>
/// What a doorbell entry calls on a worker. The process boundary between the Api, which rings, and the Worker, which answers.
/// </summary>
public interface ITrainingJob
{
    /// <summary>Claims the job and trains it; returns at once when someone else has it or it is not waiting any more.</summary>
    /// <param name="jobId">The row in <c>jobs</c>, which holds everything else.</param>
    Task RunAsync(Guid jobId);
}
