using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench;

/// <summary>A spec with what is known about it from how it was made.</summary>
/// <param name="Class">The kind of fault; "valid" for a network that runs.</param>
public sealed record Case(string Class, string Edit, OriginalNetwork Original, JsonObject Spec, Label? Label)
{
    /// <summary>Layers of the original whose shapes a repair need not give back, by name.</summary>
    public IReadOnlySet<string> Free { get; init; } = new HashSet<string>();

    /// <summary>A second fault elsewhere in the network, which has to be found in the same answer.</summary>
    public Label? Other { get; init; }
}

/// <summary>What a diagnosis has to find.</summary>
/// <param name="Cause">The cause.kind.</param>
/// <param name="Merge">The first merge that cannot run; where a width is declared wrong, the layer that declares it.</param>
/// <param name="Blamed">JSON pointers of the layers that may be named; null among them stands for none.</param>
public sealed record Label(string Cause, string Merge, IReadOnlyList<string?> Blamed)
{
    /// <summary>For a spec with symbols: sizes at which it does not run.</summary>
    public IReadOnlyDictionary<string, long>? At { get; init; }

    /// <summary>Whether other sizes of the symbols run; null where those that were looked at do not tell.</summary>
    public bool? IsConditional { get; init; } = false;
}
