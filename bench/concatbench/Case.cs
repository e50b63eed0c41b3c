using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench;

/// <summary>A spec with what is known about it from how it was made.</summary>
/// <param name="Class">The kind of fault; "valid" for a network that runs.</param>
public sealed record Case(string Class, string Edit, OriginalNetwork Original, JsonObject Spec, Label? Label);

/// <summary>What a diagnosis has to find.</summary>
/// <param name="Cause">The cause.kind.</param>
/// <param name="Merge">The first merge that cannot run.</param>
/// <param name="Blamed">JSON pointers of the layers that may be named; null among them stands for none.</param>
public sealed record Label(string Cause, string Merge, IReadOnlyList<string?> Blamed)
{
    /// <summary>For a spec with symbols: sizes at which it does not run.</summary>
    public IReadOnlyDictionary<string, long>? At { get; init; }

    /// <summary>Whether other sizes of the symbols run.</summary>
    public bool IsConditional { get; init; }
}
