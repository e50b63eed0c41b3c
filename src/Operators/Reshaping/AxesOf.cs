using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Finds the axis that an attribute names.</summary>
internal static class AxesOf
{
    /// <summary>The written position; null after reporting that there is no such axis, or that it is the batch.</summary>
    public static int? Position(ShapeContext context, AxisName axis)
    {
        var position = axis.PositionIn(context.Input);
        if (position is null)
            context.Error(
                Codes.LayerAxes,
                $"there is no axis {axis} in its input {context.Layer.InputName(0)}, which is [{ShapeContext.Names(context.Input.Axes)}], "
                    + $"{context.Input.Sizes}. Name one of those."
            );
        else if (position == 0)
            context.Error(
                Codes.LayerAxes,
                $"axis {axis} is the batch, and {context.Layer.Operator.Kind} works within a sample. Name one of "
                    + $"[{ShapeContext.Names(context.Input.Axes)}]."
            );
        return position is 0 ? null : position;
    }

    /// <summary>The dimension of the tensor.</summary>
    public static int Index(Shape input, AxisName axis) => input.IndexOfPosition(axis.PositionIn(input)!.Value);
}
