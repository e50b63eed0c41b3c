namespace ConcatService.Domain.Diagnostics;

/// <summary>
/// The code of a diagnostic with its meaning. Codes are a contract: they are added, never changed (spec-format, What validation returns).
/// </summary>
public sealed record Code(string Name, string Meaning)
{
    public override string ToString() => Name;
}
