using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>
/// Nothing on the way made the difference, the inputs differ along one axis alone that is no side of a picture, and the concat joins along
/// another: boxes or regions in a list.
/// </summary>
internal sealed class OtherAxis : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (
            merge.Merge.Operator is not IMerge { JoinedAxis: { } named }
            || !merge.SameRank
            || merge.Mismatch.Axis is not { } joined
            || merge.DifferingAxes.ToList() is not [var axis]
            || axis is Axis.Height or Axis.Width
            || AreSignals(merge, axis)
            || IsSlip(merge, axis)
        )
            return null;
        return merge.Branches.All(branch => branch.Shape.Dims[joined] == merge.Branches[0].Shape.Dims[joined])
            ? Blame(
                CauseKinds.WrongAxis,
                merge.Merge,
                $"The inputs differ in {axis.Name()} alone, no layer made them so, and the concat joins along {named}."
            )
            : null;
    }

    // With their features first: a list of boxes has them last.
    private static bool AreSignals(MergeCase merge, Axis axis) =>
        axis == Axis.Time && merge.Ancestor is null && merge.Branches.All(branch => branch.Shape.Axes[1] == Axis.Channels);

    // Almost as many steps: they were to stand side by side, and one list is a little longer.
    private static bool IsSlip(MergeCase merge, Axis axis)
    {
        var sizes = merge.Branches.Select(branch => branch.Shape[axis].Known).ToList();
        return sizes.Min() is { } least && sizes.Max() is { } most && SizeGap.IsSlip(least, most);
    }
}
