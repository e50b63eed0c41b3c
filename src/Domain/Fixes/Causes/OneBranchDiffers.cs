using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>Of three or more inputs all but one agree, and no single layer stands out.</summary>
internal sealed class OneBranchDiffers : CauseRule
{
    protected override Cause? Of(MergeCase merge) =>
        merge.Outlier is { } odd
            ? Blame(
                CauseKinds.OneBranchDiffers,
                odd.Path.Count > 0 ? odd.Path[^1] : null,
                $"{odd.Name} is {odd.Shape.Sizes}; the {merge.Branches.Count - 1} other inputs agree with each other."
            )
        : null;
}
