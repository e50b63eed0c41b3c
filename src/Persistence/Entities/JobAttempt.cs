namespace ConcatService.Persistence.Entities;

/// <summary>One claim of a job by a worker, and how it ended.</summary>
public sealed class JobAttempt
{
    public Guid JobId { get; init; }

    /// <summary>From 1.</summary>
    public int Number { get; init; }

    public int TeamId { get; init; }

    public long Fence { get; init; }

    /// <summary>The id of the worker.</summary>
    public required string Worker { get; init; }

    /// <summary>The trainer's, so that an operator can find it.</summary>
    public int ProcessId { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The state it ended in or what happened to it, in words; null while it lasts.</summary>
    public string? Reason { get; init; }
}
