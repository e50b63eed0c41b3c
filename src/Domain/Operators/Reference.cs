using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Operators;

/// <summary>A name that the spec uses to point at an input or layer.</summary>
/// <param name="Owner">The object that refers.</param>
/// <param name="Field">Its field with the name, or with a list of names.</param>
/// <param name="Index">The position in that list; -1 where there is none.</param>
public readonly record struct Reference(string Name, SpecPath Owner, string Field, int Index)
{
    public SpecPath Path => Index < 0 ? Owner[Field] : Owner[Field][Index];
}
