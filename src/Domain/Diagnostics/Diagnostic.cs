using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Diagnostics;

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
    /// <summary>Where the layer came from; null where its spec does not say it.</summary>
    public LayerSource? Source { get; init; }

    /// <summary>The shapes that met, for a finding at a layer.</summary>
    public IReadOnlyList<NamedShape> Inputs { get; init; } = [];

    /// <summary>Where the branches parted, for a finding at a merge.</summary>
    public Cause? Cause { get; init; }

    /// <summary>Proven repairs, the best first.</summary>
    public IReadOnlyList<Fix> Fixes { get; init; } = [];

    /// <summary>What was found in full, where the search for a cause and fixes starts; no part of the report.</summary>
    public Evidence? Evidence { get; init; }
}

/// <summary>An input as a diagnostic shows it.</summary>
public sealed record NamedShape(string Name, Shape Shape);
