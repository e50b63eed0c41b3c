using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>The sizes are expressions over symbols, and nothing proves that they are equal.</summary>
internal sealed class SymbolUnprovable : CauseRule
{
    protected override Cause? Of(MergeCase merge) =>
        merge.Mismatch.Differing.Any(position => merge.Branches.Any(branch => !branch.Shape.Dims[position].IsKnown))
            ? Blame(CauseKinds.SymbolUnprovable, null, "The sizes depend on the input's symbols, and are not equal for every value of "
                + "them.")
            : null;
}
