using ConcatService.Domain.Jobs;

namespace ConcatService.Persistence.Entities;

/// <summary>A worker process that listens, or did until a moment ago: see <see cref="JobLife.WorkerTimeout"/>.</summary>
public sealed class RegisteredWorker
{
    /// <summary>Also the owner written into the leases it holds.</summary>
    public required string Id { get; init; }

    public required string Host { get; init; }

    public int ProcessId { get; init; }

    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    public required string Device { get; init; }

    /// <summary>
    /// What a trainer may take of its machine: the physical memory, or less where a limit is set. Null where that is not known, as on a
    /// GPU.
    /// </summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Whether the processor multiplies bfloat16 in hardware, which <c>"precision": "auto"</c> then takes.</summary>
    public bool Bfloat16 { get; init; }

    public required string[] Queues { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset LastSeenAt { get; init; }

    /// <summary>Whether a trainer is loaded and waits, so that the next job starts in milliseconds.</summary>
    public bool SpareReady { get; init; }

    public Guid? CurrentJob { get; init; }
}
