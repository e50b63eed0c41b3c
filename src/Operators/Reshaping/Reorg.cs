using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>Space to depth in the channel order of Darknet's reorg layer, which differs from that of pixel_unshuffle.</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> to <c>[N, C·s², H/s, W/s]</c>. A sample is read as a map <c>[C/s², H·s, W·s]</c> whose s×s blocks become
/// channels, the position in the block before the channel. Parameters and MACs: none.
/// Sources: Redmon and Farhadi 2017 (YOLO9000, the passthrough layer); Darknet's reorg_cpu; ONNX SpaceToDepth-13.
/// </remarks>
[Kind("reorg")]
public sealed record Reorg : Operator
{
    /// <summary>How many times smaller height and width become, at least 1. The channels must be a multiple of its square.</summary>
    [Between(1, 1024)]
    public required long Stride { get; init; }

    public override Footprint Footprint => Footprint.Nothing;

    protected override IEnumerable<EditableAttribute> OwnEdits => [new("stride", EditEffect.Features | EditEffect.Sizes, StridesFor)];

    private long BlockSize => Stride * Stride;

    public override Shape? Infer(ShapeContext context)
    {
        if (!context.IsDefaultOrder(2) || !context.HasFeatures(out var channels))
            return null;
        if (channels % BlockSize != 0)
            return context.Error(
                Codes.NotDivisible,
                $"stride is {Stride}, and the {channels} channels that arrive must be a multiple of its square, {BlockSize}.",
                new Wanted { MultipleOf = BlockSize }
            );
        var input = context.Input;
        var (rows, columns) = (input[Axis.Height].FloorDivide(Stride), input[Axis.Width].FloorDivide(Stride));
        return context.Require(
            Codes.NotDivisible,
            new Wanted { SizesMultipleOf = Stride },
            $"stride is {Stride}, and height and width, {input.SpatialSizes}, must be multiples of it. Crop or pad before it.",
            Requirement.Equal(rows * Stride, input[Axis.Height]),
            Requirement.Equal(columns * Stride, input[Axis.Width])
        )
            ? input.With(Axis.Channels, Saturating.Multiply(channels, BlockSize)).With(Axis.Height, rows).With(Axis.Width, columns)
            : null;
    }

    public override Rescaling RescalingOf(Axis axis, PlannedLayer layer) => axis.IsSpatial() ? new(1, Stride, 0) : Rescaling.None;

    public override void EmitOnnx(OnnxScope onnx)
    {
        var channels = onnx.Layer.Input[Axis.Channels].Value;
        var sizes = onnx.Part("Slice", [onnx.Part("Shape", [onnx.Input]), onnx.Constant(2), onnx.Constant(4)]); // H, W at run time
        var larger = MapSizes(channels / BlockSize, onnx.Part("Mul", [sizes, onnx.Constant(Stride)]));
        var smaller = MapSizes(channels * BlockSize, onnx.Part("Div", [sizes, onnx.Constant(Stride)]));
        var read = onnx.Part("Reshape", [onnx.Input, larger]);                                  // [N, C/s², H·s, W·s]
        var blocks = onnx.Part("SpaceToDepth", [read], ("blocksize", Stride));                  // [N, C, H, W]
        onnx.Add("Reshape", [blocks, smaller]);                                                 // [N, C·s², H/s, W/s]

        string MapSizes(long features, string spatial) => onnx.Part("Concat", [onnx.Constant(0, features), spatial], ("axis", 0L));
    }

    private static IEnumerable<JsonNode> StridesFor(PlannedLayer layer, Shape wanted) =>
        EditableAttributes.SpatialSizes(layer.Input) is [var from, ..]
        && EditableAttributes.SpatialSizes(wanted) is [> 0 and var to, ..]
        && from % to == 0
            ? [from / to]
            : [];

    public static IEnumerable<Example> Examples =>
    [
        new("stride 2", new Reorg { Stride = 2 }, [8, 4, 6]),
        new("stride 3", new Reorg { Stride = 3 }, [9, 6, 3]),
        new("stride 1", new Reorg { Stride = 1 }, [3, 5, 4]),
    ];
}
