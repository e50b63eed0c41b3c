using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>
/// The inputs differ in the feature axis alone, and the concat joins along another; or it names an axis that cannot be joined.
/// </summary>
internal sealed class WrongAxis : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (merge.Merge.Operator is not IMerge { JoinedAxis: { } named })
            return null;
        if (merge.Diagnostic.Code == Codes.ConcatAxis || merge.Diagnostic.Code == Codes.ConcatBatchAxis)
            return Blame(
                CauseKinds.WrongAxis,
                merge.Merge,
                $"The concat's axis is {named}, {(merge.Diagnostic.Code == Codes.ConcatAxis ? "and" : "which is the batch;")} its inputs "
                    + $"are [{ShapeContext.Names(merge.Branches[0].Shape.Axes)}], {merge.Branches[0].Shape.Sizes}."
            );
        if (
            merge.Mismatch.Differing is not [var only]
            || merge.Branches[0].Shape.Axes[only] != Axis.Channels
            || merge.Branches.Any(branch =>
                branch.Shape.Dims[merge.Mismatch.Axis!.Value] != merge.Branches[0].Shape.Dims[merge.Mismatch.Axis.Value]
            )
        )
            return null;
        return Blame(
            CauseKinds.WrongAxis,
            merge.Merge,
            $"Nothing but the channels differs, and the concat joins along {Joined(merge, named)} of "
                + $"[{ShapeContext.Names(merge.Branches[0].Shape.Axes)}]."
        );
    }

    private static string Joined(MergeCase merge, AxisName named)
    {
        var axis = merge.Branches[0].Shape.Axes[merge.Mismatch.Axis!.Value].Name();
        return named.Number is { } number ? $"axis {number}, the {axis}," : $"the {axis}";
    }
}
