using ConcatService.Domain.Jobs;

namespace ConcatService.Persistence.Entities;

/// <summary>One change of a job's state.</summary>
public sealed class JobTransition
{
    public long Id { get; init; }

    public Guid JobId { get; init; }

    public int TeamId { get; init; }

    public JobState FromState { get; init; }

    public JobState ToState { get; init; }

    public long Fence { get; init; }

    public required string Reason { get; init; }

    /// <summary>A worker's id, or <c>api</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>The database's time.</summary>
    public DateTimeOffset At { get; init; }
}
