using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>Crops the middle of a sequence, map or volume; of an odd difference one more element goes at the end.</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> gives <c>[N, C, size, size]</c>. Parameters and MACs: none. Sources: Ronneberger et al. 2015 (U-Net's crop);
/// ONNX Slice-13.
/// </remarks>
[Kind("center_crop")]
public sealed record CenterCrop : Operator
{
    /// <summary>The output size, at most the input's, or <c>{ "like": LAYER }</c>.</summary>
    [Between(1)]
    public required TargetSize Size { get; init; }

    public override (string Attribute, string Layer)? Like => Size.Like is { } layer ? ("size", layer) : null;

    public override Footprint Footprint => Footprint.View;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    protected override IEnumerable<EditableAttribute> OwnEdits => [EditableAttributes.Size("size")];

    public override Shape? Infer(ShapeContext context)
    {
        var spatial = Twins.RankOf(context.Input);
        if (!context.IsDefaultOrder(spatial) || (Size.Like is null && !Windows.HasOneEach(context, spatial, "size", Size.Cells)))
            return null;
        var output = context.Input;
        var dimension = 0;
        foreach (var axis in context.Input.SpatialAxes)
        {
            if (Targets.SizeOf(context, Size, axis, dimension++) is not { } size)
                return null;
            if (
                !context.Require(
                    Codes.LayerShape,
                    $"size is {size} in {axis.Name()} and its input {context.Layer.InputName(0)} has only {context.Input[axis]}. Use "
                        + $"pad{spatial}d to make it larger.",
                    Requirement.AtLeast(context.Input[axis], size)
                )
            )
                return null;
            output = output.With(axis, size);
        }

        return output;                                                                           // [N, C, H, W] -> [N, C, H', W']
    }

    public override Rescaling RescalingOf(Axis axis, PlannedLayer layer) =>
        axis.IsSpatial() && (layer.Input[axis] - layer.Output[axis]).Known is { } lost ? new(1, 1, lost) : Rescaling.None;

    public override void EmitOnnx(OnnxScope onnx)
    {
        var (input, output) = (onnx.Layer.Input, onnx.Layer.Output);
        long[] axes = [.. input.SpatialAxes.Select(axis => (long)input.Index(axis))];
        var lost = input.SpatialAxes.Select(axis => (input[axis] - output[axis]).Known).ToArray();
        if (Array.TrueForAll(lost, cells => cells is not null))
        {
            long[] starts = [.. lost.Select(cells => cells!.Value / 2)];
            long[] ends = [.. lost.Select(cells => cells == 0 ? long.MaxValue : -(cells!.Value - (cells.Value / 2)))];
            onnx.Add("Slice", [onnx.Input, onnx.Constant(starts), onnx.Constant(ends), onnx.Constant(axes)]);
            return;
        }

        var sizes = Targets.OnnxSizes(onnx, Size);
        var start = onnx.Part("Div", [onnx.Part("Sub", [onnx.Part("Shape", [onnx.Input]), sizes]), onnx.Constant(2)]);
        onnx.Add("Slice", [onnx.Input, start, onnx.Part("Add", [start, sizes])]);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("even", new CenterCrop { Size = 4 }, [3, 8, 6]),
        new("odd", new CenterCrop { Size = (Extent)new long[] { 4, 3 } }, [3, 7, 6]),
        new("nothing to cut", new CenterCrop { Size = (Extent)new long[] { 5, 2 } }, [3, 5, 4]),
        new("like another layer", new CenterCrop { Size = new TargetSize(0, "x1") }, [3, 8, 7], [2, 5, 4]),
        new("a sequence", new CenterCrop { Size = 4 }, [3, 9]),
        new("a volume", new CenterCrop { Size = (Extent)new long[] { 2, 3, 4 } }, [2, 5, 4, 5]),
        new("a volume like another", new CenterCrop { Size = new TargetSize(0, "x1") }, [2, 5, 4, 5], [2, 3, 4, 2]),
    ];
}
