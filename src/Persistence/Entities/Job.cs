using System.Text.Json;
using ConcatService.Domain.Jobs;

namespace ConcatService.Persistence.Entities;

/// <summary>One training, from the request to its end. The row is the truth; what is in the queue only says "look here".</summary>
/// <remarks>Once it exists, only the single statements of <c>Persistence/Jobs</c> write to it; read freely.</remarks>
public sealed class Job
{
    /// <summary>Version 7: sorts by creation.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public int TeamId { get; init; }

    public required string Name { get; init; }

    /// <summary>The owner's own words to find it by.</summary>
    public string[] Tags { get; init; } = [];

    public JobState State { get; init; } = JobState.Queued;

    public Guid? ArchitectureId { get; init; }

    /// <summary>The spec exactly as it was sent: what is trained does not change when the architecture gets a new version.</summary>
    public required string Spec { get; init; }

    public required string Dataset { get; init; }

    /// <summary>As asked; <c>resolved_settings</c> is what was used, written by the trainer.</summary>
    public required JsonElement Settings { get; init; }

    public JsonElement? ResolvedSettings { get; init; }

    public required string ModelName { get; init; }

    /// <summary>
    /// A <see cref="Domain.Jobs.WeightsPlan"/>: where each parameter's first value is read from. Null for a job that begins from random
    /// weights.
    /// </summary>
    public JsonElement? InitialWeights { get; init; }

    /// <summary>The blob that <see cref="InitialWeights"/> is read from; it stays for as long as the job has not ended.</summary>
    public string? InitialSha256 { get; init; }

    /// <summary>The job that this one looks for a repair of; null for a training, and when that job was deleted.</summary>
    public Guid? RepairOf { get; init; }

    /// <summary>A <see cref="Domain.Repairs.RepairOrder"/>: what is to be repaired. Null for a training.</summary>
    public JsonElement? Repair { get; init; }

    /// <summary>Anything the caller wants to keep with the job.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>
    /// What the training is expected to need of memory at its peak; the trainer's own figure once there is one. Null where it trains on a
    /// GPU.
    /// </summary>
    public long? PredictedMemoryBytes { get; init; }

    /// <summary>See <see cref="Queues"/>.</summary>
    public required string Queue { get; init; }

    /// <summary>When it last became <see cref="JobState.Queued"/>.</summary>
    public DateTimeOffset QueuedAt { get; init; }

    /// <summary>Counts claims. What is written with an older fence is refused.</summary>
    public long Fence { get; init; }

    /// <summary>The number of the current or last attempt, from 1; 0 before the first.</summary>
    public int Attempt { get; init; }

    /// <summary>
    /// Claims since the last checkpoint, without those ended by a shutdown. At <see cref="JobLife.PoisonAttempts"/> a lost job fails.
    /// </summary>
    public int AttemptsSinceCheckpoint { get; init; }

    public long? LastCheckpointStep { get; init; }

    /// <summary>The worker that holds the job, or null. Nothing may be written to a job that nobody holds.</summary>
    public string? LeaseOwner { get; init; }

    public DateTimeOffset? LeaseExpiresAt { get; init; }

    public DateTimeOffset? CancelRequestedAt { get; init; }

    public DateTimeOffset? PauseRequestedAt { get; init; }

    public int Epoch { get; init; }

    public int Epochs { get; init; }

    public long Step { get; init; }

    public long Steps { get; init; }

    /// <summary>Training steps only, without evaluation and checkpoints.</summary>
    public double? SamplesPerSecond { get; init; }

    /// <summary>0 to 100, one decimal.</summary>
    public double Percent => Steps == 0 ? 0 : Math.Round(100.0 * Step / Steps, 1);

    public DateTimeOffset? EstimatedFinishAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the first attempt was claimed.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Versions of the service and its libraries, threads, device.</summary>
    public JsonElement? Environment { get; init; }

    public JsonElement? Result { get; init; }

    /// <summary>A <see cref="JobFailure"/>, or null.</summary>
    public JsonElement? Error { get; init; }

    /// <summary>The sequence of the job's newest event; 0 when it has none.</summary>
    public long LastEvent { get; init; }
}
