using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>A residual block with a stride and another width whose shortcut has lost its projection.</summary>
public sealed class SeveralMutation : Mutation
{
    public override string Class => "several";

    public override IEnumerable<Mutant> Of(OriginalNetwork original) =>
        Removals(original).Concat(original.Opened is { } opened && opened != original ? Removals(opened) : []);

    private IEnumerable<Mutant> Removals(OriginalNetwork original) =>
        Projection.RemovedFrom(original.Flat, Class).Select(mutant => mutant with { Cause = "several_differences" });
}
