using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>What the operators share that read <c>[time, features]</c>, in either layout.</summary>
internal static class Sequences
{
    /// <summary>Whether an input is float32 <c>[time, features]</c>; reports why not.</summary>
    public static bool IsSequence(ShapeContext context, int input)
    {
        Axis[] axes = [Axis.Batch, Axis.Time, Axis.Channels];
        if (!context.RequireFloat(axes))
            return false;
        var shape = context.Inputs[input];
        if (shape.Rank == 3 && shape.Axes[1] == Axis.Time && shape.Axes[2] == Axis.Channels)
            return true;
        var kind = context.Layer.Operator.Kind;
        if (shape.Rank != 3)
            context.Error(
                Codes.LayerRank,
                $"{kind} works on [time, features] and its input {context.Layer.InputName(input)} is [{ShapeContext.Names(shape.Axes)}], "
                    + $"{shape.Sizes}. Reshape it to two dimensions.",
                new Wanted { Input = input, Axes = axes }
            );
        else
            context.Error(
                Codes.LayerAxes,
                $"{kind} works on [time, features] and its input {context.Layer.InputName(input)} is [{ShapeContext.Names(shape.Axes)}], "
                    + $"{shape.Sizes}. Put a permute with dims [0, 2, 1] before it.",
                new Wanted { Input = input, Axes = axes }
            );
        return false;
    }
}
