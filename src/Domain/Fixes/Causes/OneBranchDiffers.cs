using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>No single layer stands out: of three or more inputs all but one agree, or the inputs have their sizes from the start.</summary>
internal sealed class OneBranchDiffers : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (merge.Mismatch.Differing.Count == 0 || merge.DifferingAxes.Contains(Shapes.Axis.Channels))
            return null;
        return merge.Outlier is { } odd
            ? Blame(
                CauseKinds.OneBranchDiffers,
                odd.Path.Count > 0 ? odd.Path[^1] : null,
                $"{odd.Name} is {odd.Shape.Sizes}; the {merge.Branches.Count - 1} other inputs agree with each other."
            )
            : Blame(
                CauseKinds.OneBranchDiffers,
                null,
                "They come from different layers or inputs with these sizes, and no layer on the way makes the difference."
            );
    }
}
