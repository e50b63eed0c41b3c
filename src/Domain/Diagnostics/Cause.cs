namespace ConcatService.Domain.Diagnostics;

/// <summary>Why branches do not meet.</summary>
/// <param name="Layer">The layer to blame, when one can be named.</param>
public sealed record Cause(CauseKind Kind, string? Layer, SpecPath? Path, string Explanation)
{
    /// <summary>Where that layer came from; null where its spec does not say it.</summary>
    public LayerSource? Source { get; init; }
}
