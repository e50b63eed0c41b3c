using System.Text.Json;

namespace ConcatService.Persistence.Entities;

/// <summary>What the network of a succeeded job answers on the test split.</summary>
public sealed class JobAnswers
{
    public Guid JobId { get; init; }

    public int TeamId { get; init; }

    /// <summary>For each output that tells classes apart: confusion matrix and worst samples.</summary>
    public JsonElement Outputs { get; init; }

    /// <summary>The samples whose pictures are kept, by their number in the test split; null without pictures.</summary>
    public long[]? PictureSamples { get; init; }

    /// <summary><c>[C, H, W]</c>; null without pictures.</summary>
    public long[]? PictureShape { get; init; }

    /// <summary>uint8, one picture behind the other; null without.</summary>
    public byte[]? Pictures { get; init; }
}
