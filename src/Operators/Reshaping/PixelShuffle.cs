using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>
/// Moves elements between channels and space: pixel_shuffle makes a larger map of fewer channels, pixel_unshuffle the reverse.
/// </summary>
/// <remarks>
/// Shapes: pixel_shuffle <c>[N, C·f², H, W]</c> to <c>[N, C, H·f, W·f]</c>; pixel_unshuffle back. Parameters and MACs: none.
/// Sources: Shi et al. 2016; torch.nn.PixelShuffle; ONNX DepthToSpace-13 (CRD), SpaceToDepth-13.
/// </remarks>
[Kind("pixel_shuffle"), Kind("pixel_unshuffle")]
public sealed record PixelShuffle : Operator
{
    /// <summary>Factor by which height and width grow (shuffle) or shrink (unshuffle), at least 1.</summary>
    [Between(1, 1024)]
    public required long Factor { get; init; }

    public override Footprint Footprint => Footprint.Nothing;

    protected override IEnumerable<EditableAttribute> OwnEdits => [new("factor", EditEffect.Features | EditEffect.Sizes, FactorsFor)];

    public override Shape? Infer(ShapeContext context)
    {
        if (!context.IsDefaultOrder(2) || !context.HasFeatures(out var channels))
            return null;
        var input = context.Input;
        var (height, width) = (input[Axis.Height], input[Axis.Width]);
        if (Kind == "pixel_shuffle")
        {
            return channels % (Factor * Factor) == 0
                ? input
                    .With(Axis.Channels, channels / (Factor * Factor))
                    .With(Axis.Height, height * Factor)
                    .With(Axis.Width, width * Factor)
                : context.Error(
                    Codes.NotDivisible,
                    $"factor is {Factor}, and the {channels} channels that arrive must be a multiple of its square, {Factor * Factor}.",
                    new Wanted { MultipleOf = Factor * Factor }
                );
        }

        var (rows, columns) = (height.FloorDivide(Factor), width.FloorDivide(Factor));
        return context.Require(
            Codes.NotDivisible,
            new Wanted { SizesMultipleOf = Factor },
            $"factor is {Factor}, and height and width, {input.SpatialSizes}, must be multiples of it. Crop or pad before it.",
            Requirement.Equal(rows * Factor, height),
            Requirement.Equal(columns * Factor, width)
        )
            ? input.With(Axis.Channels, Saturating.Multiply(channels, Factor * Factor)).With(Axis.Height, rows).With(Axis.Width, columns)
            : null;
    }

    public override Rescaling RescalingOf(Axis axis, PlannedLayer layer) =>
        !axis.IsSpatial() ? Rescaling.None : Kind == "pixel_shuffle" ? new(Factor, 1, 0) : new(1, Factor, 0);

    public override void EmitOnnx(OnnxScope onnx)
    {
        if (Kind == "pixel_shuffle")
        {
            onnx.Add("DepthToSpace", ("blocksize", Factor), ("mode", "CRD"));
            return;
        }

        // SpaceToDepth puts the places of a block before the channels, libtorch behind them.
        var channels = onnx.Layer.Input[Axis.Channels].Value;
        var blocks = Factor * Factor;
        long[] order = [.. Enumerable.Range(0, (int)(channels * blocks)).Select(i => (i % blocks * channels) + (i / blocks))];
        onnx.Add("Gather", [onnx.Part("SpaceToDepth", [onnx.Input], ("blocksize", Factor)), onnx.Constant(order)], ("axis", 1L));
    }

    private IEnumerable<JsonNode> FactorsFor(PlannedLayer layer, Shape wanted)
    {
        var (larger, smaller) = Kind == "pixel_shuffle" ? (wanted, layer.Input) : (layer.Input, wanted);
        return
            EditableAttributes.SpatialSizes(larger) is [var many, ..]
            && EditableAttributes.SpatialSizes(smaller) is [> 0 and var few, ..]
            && many % few == 0
            ? [many / few]
            : [];
    }

    public static IEnumerable<Example> Examples =>
    [
        new("shuffle", new PixelShuffle { Kind = "pixel_shuffle", Factor = 2 }, [12, 3, 4]),
        new("shuffle by three", new PixelShuffle { Kind = "pixel_shuffle", Factor = 3 }, [9, 2, 4]),
        new("unshuffle", new PixelShuffle { Kind = "pixel_unshuffle", Factor = 2 }, [3, 6, 4]),
        new("unshuffle by three", new PixelShuffle { Kind = "pixel_unshuffle", Factor = 3 }, [2, 6, 3]),
    ];
}
