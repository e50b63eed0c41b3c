using ConcatService.Domain.Jobs;

namespace ConcatService.Persistence.Jobs;

/// <summary>A change of a job's state.</summary>
/// <param name="JobId">The job.</param>
/// <param name="To">The new state, from any state that <see cref="JobLife"/> allows before it.</param>
/// <param name="Reason">For people, one sentence.</param>
/// <param name="Actor">A worker's id, or <c>api</c>.</param>
public sealed record JobMove(Guid JobId, JobState To, string Reason, string Actor)
{
    /// <summary>Only from this state, or null for all that are allowed.</summary>
    public JobState? From { get; init; }

    /// <summary>Only under this fence, or null when the mover is not a worker.</summary>
    public long? Fence { get; init; }

    /// <summary>JSON to keep as the job's result, or null to leave it as it is.</summary>
    public string? Result { get; init; }

    /// <summary>Kept as the job's error, or null to leave it as it is.</summary>
    public JobFailure? Error { get; init; }
}
