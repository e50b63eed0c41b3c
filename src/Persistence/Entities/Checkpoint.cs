namespace ConcatService.Persistence.Entities;

/// <summary>What another attempt of a job can go on from. The row appears after its bytes, so whoever sees it can read it.</summary>
public sealed class Checkpoint
{
    public Guid JobId { get; init; }

    /// <summary>Training steps done.</summary>
    public long Step { get; init; }

    public int TeamId { get; init; }

    /// <summary>The epoch in work, from 1.</summary>
    public int Epoch { get; init; }

    /// <summary>Of the claim that wrote it.</summary>
    public long Fence { get; init; }

    /// <summary>Of the bytes; a <see cref="Blob"/> of the team.</summary>
    public required string Sha256 { get; init; }

    public long LengthBytes { get; init; }

    /// <summary>The database's time.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}
