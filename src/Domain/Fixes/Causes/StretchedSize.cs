using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Edits;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>
/// One side has its size from a number alone: a learned table of positions, or what was one cell and is repeated. Whatever that number is,
/// the other side's was meant.
/// </summary>
internal sealed class StretchedSize : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (!merge.IsSpatial || merge.AttributeEdits is not [var given, ..] || !IsFromANumber(merge, given))
            return null;
        var layer = given.Layer;
        return Blame(
            layer.Inputs.Length == 0 ? CauseKinds.OneBranchDiffers : CauseKinds.StrideDifference,
            layer,
            $"{merge.NameOf(layer.Name)} ({layer.Operator.Kind}) gives {layer.Output.SpatialSizes}, as its {given.Attribute} says; "
                + $"{given.Target.Name} is {given.Target.Shape.SpatialSizes}."
        );
    }

    private static bool IsFromANumber(MergeCase merge, AttributeEdit edit) =>
        edit.Layer.Operator.Edits.Any(each => each.Name == edit.Attribute && each.Effect.HasFlag(EditEffect.Sizes))
        && merge.DifferingAxes.All(axis =>
            edit.Layer.Output.Has(axis)
            && edit.Layer.Output[axis] == edit.Branch.Shape[axis]
            && (edit.Layer.Inputs.Length == 0 || (edit.Layer.Input.Has(axis) && edit.Layer.Input[axis] == 1))
        );
}
