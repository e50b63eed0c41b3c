using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>What the operators share that reach a size which is given, or another layer's (the last input then).</summary>
internal static class Targets
{
    /// <summary>The size to reach along an axis; null after reporting that the other layer has no such axis.</summary>
    public static Dim? SizeOf(ShapeContext context, TargetSize target, Axis axis, int dimension)
    {
        if (target.Like is null)
            return target.Cells[dimension];
        var like = context.Inputs[^1];
        if (like.Has(axis))
            return like[axis];
        context.Error(
            Codes.LayerShape,
            $"size is like {target.Like}, which is [{ShapeContext.Names(like.Axes)}], {like.Sizes}, without {axis.Name()}. Name a layer "
                + $"that has one."
        );
        return null;
    }

    /// <summary>
    /// The whole size that the output has, as a tensor of whole numbers: batch and channels of the input, then what is asked for.
    /// </summary>
    public static string OnnxSizes(OnnxScope onnx, TargetSize target)
    {
        var spatial = onnx.Layer.Input.Rank - 2;
        var own = onnx.Part("Slice", [onnx.Part("Shape", [onnx.Input]), onnx.Constant(0), onnx.Constant(2)]);
        var asked = target.Like is null
            ? onnx.Constant(target.Cells.ToArray(spatial))
            : onnx.Part("Gather", [onnx.Part("Shape", [onnx.Inputs[^1]]), onnx.Constant(IndicesIn(onnx.Layer))]);
        return onnx.Part("Concat", [own, asked], ("axis", 0L));
    }

    /// <summary>
    /// Where the other layer, the last input, has the spatial axes of the first: it may have more of them, or in another order.
    /// </summary>
    public static long[] IndicesIn(PlannedLayer layer) =>
        [.. layer.Input.SpatialAxes.Select(axis => (long)layer.InputShapes[^1].Index(axis))];
}
