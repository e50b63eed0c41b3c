namespace ConcatService.Persistence.Entities;

/// <summary>A piece of a <see cref="Blob"/>; all but the last are of one length. Belongs to the team of its blob.</summary>
public sealed class BlobChunk
{
    public long BlobId { get; init; }

    /// <summary>From 0.</summary>
    public int Seq { get; init; }

    public required byte[] Data { get; init; }
}
