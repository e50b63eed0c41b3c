using System.Text.Json.Nodes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Diagnostics;

/// <summary>What a repair does to a spec.</summary>
public enum FixKind
{
    /// <summary>Another value for an attribute of a layer, or for an input's shape.</summary>
    Edit,

    /// <summary>Layers put on the way.</summary>
    Adapter,

    /// <summary>Another layer or input is read instead.</summary>
    Rewire,

    /// <summary>Something that is used is taken away; offered last, where nothing else is known.</summary>
    Drop,
}

/// <summary>A repair that was compiled before it was offered.</summary>
/// <param name="Id">Stable within the diagnostic: <c>pool-fine</c>.</param>
/// <param name="Effect">What is lost or made up.</param>
/// <param name="OutputShape">What the repaired layer gives afterwards.</param>
/// <param name="Patch">RFC 6902, on the spec as sent.</param>
public sealed record Fix(
    string Id,
    FixKind Kind,
    string Title,
    string Effect,
    long AddedParameters,
    long? AddedMacs,
    Shape OutputShape,
    JsonArray Patch
)
{
    /// <summary>
    /// For each symbol, the sizes for which the repaired network is valid, as a condition in the notation of <c>constraints</c>; empty
    /// where it is valid for every admissible size.
    /// </summary>
    public IReadOnlyDictionary<string, string> HoldsFor { get; init; } = new Dictionary<string, string>();
}
