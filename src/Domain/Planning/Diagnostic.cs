using System.Text.Json.Nodes;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;
using ConcatService.Domain.Symbols;

namespace ConcatService.Domain.Planning;

/// <summary>
/// How much a diagnostic matters: an error stops, a condition holds for some sizes, a warning compiles but is known to disappoint.
/// </summary>
public enum Severity
{
    Error,
    Condition,
    Warning,
    Info,
}

/// <summary>One finding about a spec: where, what, the numbers, and what to do.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Path">Where in the spec as sent.</param>
/// <param name="Message">One sentence for people.</param>
/// <param name="Layer">The full name of the layer, when there is one.</param>
public sealed record Diagnostic(Code Code, Severity Severity, SpecPath Path, string Message, string? Layer = null)
{
    /// <summary>The shapes that met, for a finding at a layer.</summary>
    public IReadOnlyList<NamedShape> Inputs { get; init; } = [];

    /// <summary>Where the branches parted, for a finding at a merge.</summary>
    public Cause? Cause { get; init; }

    /// <summary>Proven repairs, the best first.</summary>
    public IReadOnlyList<Fix> Fixes { get; init; } = [];

    /// <summary>What a merge could not join; the search for cause and fixes starts here.</summary>
    public Mismatch? Mismatch { get; init; }

    /// <summary>For a condition: what was decided about the symbols' sizes.</summary>
    public Decision? Decision { get; init; }
}

/// <summary>An input as a diagnostic shows it.</summary>
public sealed record NamedShape(string Name, Shape Shape);

/// <summary>Why branches do not meet.</summary>
/// <param name="Layer">The layer to blame, when one can be named.</param>
public sealed record Cause(CauseKind Kind, string? Layer, SpecPath? Path, string Explanation);

/// <summary>A repair that was compiled before it was offered.</summary>
/// <param name="Id">Stable within the diagnostic: <c>pool-fine</c>.</param>
/// <param name="Effect">What is lost or made up.</param>
/// <param name="OutputShape">What the merge gives afterwards.</param>
/// <param name="Patch">RFC 6902, on the spec as sent.</param>
public sealed record Fix(string Id, string Title, string Effect, long AddedParameters, long? AddedMacs, Shape OutputShape, JsonArray Patch);

/// <summary>Inputs that a merge cannot join.</summary>
/// <param name="Layer">The merge as planned.</param>
/// <param name="Axis">The written position that a concat joins along; null for an element-wise merge.</param>
/// <param name="Differing">The written positions of the dimensions that differ; empty when the ranks do.</param>
public sealed record Mismatch(PlannedLayer Layer, int? Axis, IReadOnlyList<int> Differing)
{
    /// <summary>Where sizes are symbolic: a size for each symbol at which the inputs do not fit.</summary>
    public IReadOnlyDictionary<string, long>? At { get; init; }
}
