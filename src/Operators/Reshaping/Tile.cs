using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>Repeats the whole along each dimension, one copy after the other.</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> gives <c>[N, C·r1, H·r2, W·r3]</c>. Parameters and MACs: none. Sources: torch.tile; ONNX Tile-13.
/// </remarks>
[Kind("tile")]
public sealed record Tile : Operator
{
    /// <summary>
    /// Copies along each dimension without the batch, at least 1. Or <c>{ "like": LAYER }</c>: as many along each spatial axis that that
    /// layer has too as make its size, which must be a multiple; the features stay.
    /// </summary>
    [Between(1)]
    public required TargetShape Repeats { get; init; }

    public override (string Attribute, string Layer)? Like => Repeats.Like is { } layer ? ("repeats", layer) : null;

    public override Footprint Footprint => Footprint.Nothing;

    protected override IEnumerable<EditableAttribute> OwnEdits => [new("repeats", EditEffect.Features | EditEffect.Sizes, RepeatsFor)];

    public override Shape? Infer(ShapeContext context)
    {
        var (input, repeats) = (context.Input, Repeats.Each);
        if (Repeats.Like is not null)
            return Alike(context, context.Inputs[^1]);
        return repeats.Count == input.Rank - 1
            ? input.With([Dim.Batch, .. input.Dims.Skip(1).Select((size, i) => size * repeats[i])]) // [N, C, H, W] -> [N, C·r1, H·r2, W·r3]
            : context.Error(
                Codes.OutOfRange,
                $"repeats is {repeats}; expected a number for each of the {input.Rank - 1} dimensions of its input "
                    + $"{context.Layer.InputName(0)}, {input.Sizes}."
            );
    }

    public override Rescaling RescalingOf(Axis axis, PlannedLayer layer) =>
        axis.IsSpatial() && layer.Input[axis].Known is { } before && layer.Output[axis].Known is { } after
            ? new(after, before, 0)
            : Rescaling.None;

    public override void EmitOnnx(OnnxScope onnx)
    {
        var copies = TensorRepeats(onnx.Layer);
        if (Array.TrueForAll(copies, each => each.Known is not null))
        {
            onnx.Add("Tile", [onnx.Input, onnx.Constant([1, .. copies.Select(each => each.Known!.Value)])]);
            return;
        }

        var (own, like) = (onnx.Part("Shape", [onnx.Input]), onnx.Part("Shape", [onnx.Inputs[^1]]));
        var asked = copies.Select(
            (each, i) =>
                each.Known is { } known
                    ? onnx.Constant(known)
                    : onnx.Part("Div", [Size(like, each.From), Size(own, i + 1)])
        );
        onnx.Add("Tile", [onnx.Input, onnx.Part("Concat", [onnx.Constant(1), .. asked], ("axis", 0L))]);

        string Size(string shape, int at) => onnx.Part("Slice", [shape, onnx.Constant(at), onnx.Constant(at + 1)]);
    }

    /// <summary>
    /// For each dimension behind the batch, in the tensor's own order: the copies, or the dimension of the last input whose size they make
    /// when the network runs.
    /// </summary>
    internal (long? Known, int From)[] TensorRepeats(PlannedLayer layer)
    {
        var repeats = Repeats.Each;
        var (input, output, like) = (layer.Input, layer.Output, layer.InputShapes[^1]);
        return
        [
            .. Views
                .PositionsOf(input)
                .Skip(1)
                .Select(position => (int)position)
                .Select(position =>
                    Repeats.Like is null ? (repeats[position - 1], 0)
                    : input.Dims[position] == output.Dims[position] ? (1, 0)
                    : input.Dims[position].Known is { } before && output.Dims[position].Known is { } after ? (after / before, 0)
                    : ((long?)null, like.Index(input.Axes[position]))
                ),
        ];
    }

    private static Shape? Alike(ShapeContext context, Shape like)
    {
        var output = context.Input;
        foreach (var axis in context.Input.SpatialAxes.Where(like.Has))
        {
            var (size, wanted) = (context.Input[axis], like[axis]);
            if (size == wanted)
                continue;
            // A size of 1 makes every other, also an open one; two that are written differently need a number between them.
            var copies = size.Known is { } cells ? wanted.FloorDivide(cells) : (Dim)1;
            if (
                !context.Require(
                    Codes.LayerShape,
                    $"repeats is like {context.Layer.InputName(context.Inputs.Length - 1)}, whose {axis.Name()} {wanted} is no multiple of "
                        + $"{size}. Bring the input to a size that it is a multiple of.",
                    Requirement.Equal(copies * size, wanted)
                )
            )
                return null;
            output = output.With(axis, wanted);
        }

        return output;
    }

    private static IEnumerable<JsonNode> RepeatsFor(PlannedLayer layer, Shape wanted)
    {
        var (input, sizes) = (layer.Input, new List<JsonNode>());
        if (wanted.Rank != input.Rank)
            return [];
        for (var i = 1; i < input.Rank; i++)
        {
            if (input.Dims[i].Known is not { } before || wanted.Dims[i].Known is not { } after || after < before || after % before != 0)
                return [];
            sizes.Add(after / before);
        }

        return [new JsonArray([.. sizes])];
    }

    public static IEnumerable<Example> Examples =>
    [
        new("a map", new Tile { Repeats = new long[] { 1, 2, 3 } }, [3, 2, 4]) { ChannelsFirstOnly = true },
        new("channels", new Tile { Repeats = new long[] { 3, 1 } }, [2, 5]) { ChannelsFirstOnly = true },
        new("features", new Tile { Repeats = new long[] { 2 } }, [5]),
        new("like a map", new Tile { Repeats = new TargetShape(default, "x1") }, [3, 1, 2], [5, 4, 6]),
        new("like a sequence", new Tile { Repeats = new TargetShape(default, "x1") }, [2, 3], [6, 5])
        {
            InputAxes = [Axis.Time, Axis.Channels],
            SameAxes = true,
        },
    ];
}
