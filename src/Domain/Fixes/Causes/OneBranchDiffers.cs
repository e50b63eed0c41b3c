using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>No single layer stands out: of three or more inputs all but one agree, or the inputs have their sizes from the start.</summary>
internal sealed class OneBranchDiffers : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (merge.Mismatch.Differing.Count == 0 || merge.DifferingAxes.Contains(Axis.Channels))
            return null;
        if (merge.Outlier is { } odd)
            return Blame(
                CauseKinds.OneBranchDiffers,
                odd.Path.Count > 0 && !IsGivenSo(merge) ? odd.Path[^1] : null,
                $"{odd.Name} is {odd.Shape.Sizes}; the {merge.Branches.Count - 1} other inputs agree with each other."
            );
        return Given(merge)
            ?? Blame(
                CauseKinds.OneBranchDiffers,
                null,
                "They come from different layers or inputs with these sizes, and no layer on the way makes the difference."
            );
    }

    // Each input of the network goes the same way: its own size makes the difference.
    private static bool IsGivenSo(MergeCase merge) =>
        merge.Ancestor is null
        && merge.IsSpatial
        && merge.Branches.All(branch => merge.DifferingAxes.All(axis => branch.Scale(axis) == merge.Branches[0].Scale(axis)))
        && merge.Branches.All(branch => branch.Path.All(layer => layer.Operator.AxisFlow != AxisFlow.Made));

    // What the network is given differs: the smaller one is named.
    private static Cause? Given(MergeCase merge)
    {
        var axis = merge.DifferingAxes.First();
        if (merge.IsSample || !merge.SameRank || !merge.Branches.All(branch => branch.Shape.Has(axis) && branch.Shape[axis].IsKnown))
            return null;
        var least = merge.Branches.MinBy(branch => branch.Shape[axis].Value)!;
        return merge.Branches.All(branch => InputOf(merge, branch) is not null) && InputOf(merge, least) is { } input
            ? new(
                CauseKinds.OneBranchDiffers,
                input.Name,
                input.Path,
                $"They are inputs of the network with these sizes: {input.Name} is given with {axis.Name()} {least.Shape[axis]}."
            )
            : null;
    }

    private static InputSpec? InputOf(MergeCase merge, Branch branch) =>
        merge.Compiled.Graph.Inputs.FirstOrDefault(input => input.Name == merge.Merge.Inputs[branch.Index].Source);
}
