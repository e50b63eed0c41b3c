using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>A layer gives a size that is written down as a number, and another number would fit: an expand, a crop, an upsample.</summary>
internal sealed class GivenSize : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (
            !merge.IsSpatial
            || merge.AttributeEdits.FirstOrDefault(edit => edit.Gain >= 0 && GivesSizes(edit) && IsNear(merge, edit)) is not { } given
        )
            return null;
        var layer = given.Layer;
        return Blame(
            CauseKinds.StrideDifference,
            layer,
            $"{merge.NameOf(layer.Name)} ({layer.Operator.Kind}) gives {layer.Output.SpatialSizes}, as its {given.Attribute} says; "
                + (layer.Output.SameAxes(given.Branch.Shape) ? "" : $"{given.Branch.Name} is {given.Branch.Shape.SpatialSizes} by it, and ")
                + $"{given.Target.Name} is {given.Target.Shape.SpatialSizes}."
        );
    }

    // What is twice as large or half is of another level, and its number was meant.
    private static bool IsNear(MergeCase merge, Edits.AttributeEdit edit) =>
        merge.DifferingAxes.All(axis => !SizeGap.IsOtherScale(edit.Branch.Shape[axis].Value, edit.Target.Shape[axis].Value));

    private static bool GivesSizes(Edits.AttributeEdit edit) =>
        edit.Layer.Operator.Edits.Any(each => each.Name == edit.Attribute && (each.Effect & EditEffect.Sizes) != 0);
}
