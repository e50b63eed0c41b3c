using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>What is left: inputs that differ without a layer that made them so.</summary>
internal sealed class Degenerate : CauseRule
{
    protected override Cause? Of(MergeCase merge) =>
        merge.Mismatch.Differing.Count > 0
            ? Blame(CauseKinds.Degenerate, null, "They come from different layers or inputs with these sizes, and no layer on the way "
                + "changes that.")
            : null;
}
