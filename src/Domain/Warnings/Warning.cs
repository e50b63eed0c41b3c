using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;

namespace ConcatService.Domain.Warnings;

/// <summary>What a rule found.</summary>
/// <param name="Layer">The full name of the layer; null for an input of the network.</param>
/// <param name="Message">Where, what and the numbers.</param>
/// <param name="Advice">What to do, for people: said where no fix can be proven.</param>
internal sealed record Warning(Code Code, SpecPath Path, string? Layer, string Message, string Advice)
{
    /// <summary>The shapes that met, for a finding at a merge.</summary>
    public IReadOnlyList<NamedShape> Inputs { get; init; } = [];

    /// <summary>Proposes repairs, the best first; asked only for what is reported.</summary>
    public Func<IEnumerable<Candidate>> Fixes { get; init; } = () => [];

    /// <summary>Tells one finding from another: the same before and after a repair.</summary>
    public (Code, string) Key => (Code, Layer ?? Path.ToString());
}
