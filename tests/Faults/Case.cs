using System.Text.Json.Nodes;
using ConcatService.Faults.Subjects;

namespace ConcatService.Faults;

/// <summary>A spec with what is known about it from how it was made.</summary>
/// <param name="Class">The kind of fault; "valid" for a network that runs.</param>
public sealed record Case(string Class, string Edit, Subject Subject, JsonObject Spec, Label? Label);

/// <summary>What a diagnosis has to find.</summary>
/// <param name="Cause">The cause.kind.</param>
/// <param name="Merge">The first merge that cannot run.</param>
/// <param name="Blamed">JSON pointers of the layers that may be named; null among them stands for none.</param>
/// <param name="Conditional">Whether some sizes of the spec's symbols run.</param>
public sealed record Label(string Cause, string Merge, IReadOnlyList<string?> Blamed, bool Conditional = false);
