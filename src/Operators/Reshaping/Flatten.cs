using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Flattens a range of dimensions into one, in the order that the spec writes them.</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> gives <c>[N, C·H·W]</c>, a feature axis; joined without the features, <c>time</c>. Parameters and MACs:
/// none.
/// Sources: torch.nn.Flatten; ONNX Reshape-14.
/// </remarks>
[Kind("flatten")]
public sealed record Flatten : Operator
{
    private const EditEffect WholeShape = EditEffect.Features | EditEffect.Sizes | EditEffect.Order | EditEffect.Rank;

    /// <summary>First dimension to flatten, counting the batch as 0. Default: 1, the first after the batch.</summary>
    public long StartDim { get; init; } = 1;

    /// <summary>Last dimension to flatten; negative counts from the end. Default: -1.</summary>
    public long EndDim { get; init; } = -1;

    public override Footprint Footprint => Footprint.Nothing with { Format = NumberFormat.AsGiven };

    public override AxisFlow AxisFlow => AxisFlow.Flattened;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
    [
        new("start_dim", WholeShape, (layer, wanted) => Dims(Range(layer.Input).End - Joined(layer, wanted), layer)),
        new("end_dim", WholeShape, (layer, wanted) => Dims(Range(layer.Input).Start + Joined(layer, wanted), layer)),
    ];

    public override Shape? Infer(ShapeContext context)
    {
        var input = context.Input;
        var (start, end) = Range(input);
        if (start < 1 || end < start || end >= input.Rank)
            return context.Error(
                Codes.OutOfRange,
                $"flatten joins dimensions {StartDim} to {EndDim} and its input {context.Layer.Inputs[0]}, {input.Sizes}, has 1 to "
                    + $"{input.Rank - 1}{(start == 0 ? "; dimension 0 is the batch" : "")}. Give a range among those."
            );
        var joined = input.Axes.Skip(start).Take(end - start + 1).ToList();
        var others = input.Axes.Where((_, i) => i < start || i > end);
        var axis =
            joined.Count == 1 ? joined[0]
            : joined.Contains(Axis.Channels) || input.Rank - joined.Count == 1 ? Axis.Channels
            : others.Any(other => other.IsSpatial()) ? Axis.Other
            : Axis.Time;
        if (Views.Product(context, input.Dims.Skip(start).Take(end - start + 1)) is not { } size)
            return null;
        // [N, C, H, W] -> [N, C·H·W]
        return new(
            [.. input.Dims.Take(start), size, .. input.Dims.Skip(end + 1)],
            [.. input.Axes.Take(start), axis, .. input.Axes.Skip(end + 1)],
            input.DType
        );
    }

    public override void EmitOnnx(OnnxScope onnx) => Views.EmitReshape(onnx);

    /// <summary>By how much the rank falls.</summary>
    private static int Joined(PlannedLayer layer, Shape wanted) => layer.Input.Rank - wanted.Rank;

    private static IEnumerable<JsonNode> Dims(int dim, PlannedLayer layer) => dim >= 1 && dim < layer.Input.Rank ? [dim] : [];

    private (int Start, int End) Range(Shape input) =>
        (
            (int)Math.Clamp(StartDim < 0 ? StartDim + input.Rank : StartDim, -1, input.Rank),
            (int)Math.Clamp(EndDim < 0 ? EndDim + input.Rank : EndDim, -1, input.Rank)
        );

    public static IEnumerable<Example> Examples =>
    [
        new("a map", new Flatten(), [3, 5, 4]),
        new("features", new Flatten(), [7]),
        new("a sequence", new Flatten(), [3, 4]),
        new("the places of a map", new Flatten { StartDim = 2 }, [3, 5, 4]) { ChannelsFirstOnly = true },
        new("channels and height", new Flatten { StartDim = 1, EndDim = 2 }, [3, 5, 4]) { ChannelsFirstOnly = true },
    ];
}
