namespace ConcatService.Persistence.Entities;

/// <summary>
/// A request to serve a checkpoint, and what became of it. A queued one keeps the checkpoint's bytes, even when the job has newer ones.
/// </summary>
public sealed class CheckpointExport
{
    /// <summary>The values of <see cref="State"/>.</summary>
    public const string Queued = "queued", Succeeded = "succeeded", Failed = "failed";

    public Guid JobId { get; init; }

    /// <summary>Of the checkpoint.</summary>
    public long Step { get; init; }

    public int TeamId { get; init; }

    /// <summary>The checkpoint's bytes; null when they are not needed any more.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Under which the result is published.</summary>
    public required string ModelName { get; init; }

    /// <summary><see cref="Queued"/>, <see cref="Succeeded"/> or <see cref="Failed"/>.</summary>
    public required string State { get; init; }

    /// <summary>How often a worker has begun.</summary>
    public int Attempts { get; init; }

    /// <summary>The version that it became; null until then.</summary>
    public int? ModelVersion { get; init; }

    /// <summary>Why it failed, for people; null when it has not.</summary>
    public string? Error { get; init; }

    public DateTimeOffset RequestedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}
