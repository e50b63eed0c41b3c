namespace ConcatService.Domain.Diagnostics;

/// <summary>A name that the field knows and this language calls otherwise.</summary>
/// <param name="Owner">The object that has it.</param>
/// <param name="Field">The field of that object: the misnamed one, or <c>type</c>.</param>
/// <param name="Name">What it is called here: another field, or another type; null where it is left out.</param>
public sealed record Misnamed(SpecPath Owner, string Field, string? Name) : Evidence
{
    /// <summary>Whether the field's value is misnamed, and not the field.</summary>
    public bool IsType { get; init; }
}
