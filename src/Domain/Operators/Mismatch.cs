using System.Text.Json.Nodes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Operators;

/// <summary>Inputs that a merge cannot join.</summary>
/// <param name="Layer">The merge as planned.</param>
/// <param name="Axis">The written position that a concat joins along; null for an element-wise merge.</param>
/// <param name="Differing">The written positions of the dimensions that differ; empty when the ranks do.</param>
public sealed record Mismatch(PlannedLayer Layer, int? Axis, IReadOnlyList<int> Differing)
{
    /// <summary>Where sizes are symbolic: a size for each symbol at which the inputs do not fit.</summary>
    public IReadOnlyDictionary<string, long>? At { get; init; }
}
