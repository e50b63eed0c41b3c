namespace ConcatService.Persistence.Entities;

/// <summary>
/// Bytes of a team, addressed by their hash. The row appears together with all of its chunks, so whoever sees it can read it.
/// </summary>
public sealed class Blob
{
    public long Id { get; init; }

    public int TeamId { get; init; }

    /// <summary>Of the whole content, lower-case hexadecimal. Unique per team.</summary>
    public required string Sha256 { get; init; }

    public long LengthBytes { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
