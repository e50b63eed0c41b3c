using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Symbols;

namespace ConcatService.Domain.Operators;

/// <summary>Inputs that a merge cannot join.</summary>
/// <param name="Layer">The merge as planned.</param>
/// <param name="Axis">The written position that a concat joins along; null for an element-wise merge.</param>
/// <param name="Differing">The written positions of the dimensions that differ; empty when the ranks do.</param>
public sealed record Mismatch(PlannedLayer Layer, int? Axis, IReadOnlyList<int> Differing) : Evidence
{
    /// <summary>Where sizes are symbolic: a size for each symbol at which the inputs do not fit.</summary>
    public IReadOnlyDictionary<string, long>? At { get; init; }

    /// <summary>Where sizes are symbolic: for which of them the inputs fit.</summary>
    public Decision? Decision { get; init; }
}

/// <summary>Reads the evidence of a finding.</summary>
public static class MismatchEvidence
{
    extension(Diagnostic found)
    {
        /// <summary>What a merge could not join; null for a finding of another kind.</summary>
        public Mismatch? Mismatch => found.Evidence as Mismatch;
    }
}
