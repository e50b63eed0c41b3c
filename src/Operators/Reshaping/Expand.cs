using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>Repeats dimensions of size 1 to a larger size. A view of the input; no copy.</summary>
/// <remarks>
/// Shapes: <c>[N, C, 1, 1]</c> gives <c>[N, C, H, W]</c>. Parameters and MACs: none. Sources: torch.Tensor.expand; ONNX Expand-13.
/// </remarks>
[Kind("expand")]
public sealed record Expand : Operator
{
    /// <summary>
    /// Output sizes without the batch, one for each dimension; -1 keeps a size. Or <c>{ "like": LAYER }</c>: each dimension of 1 takes the
    /// size that the same axis has there, where that layer has the axis; the others stay.
    /// </summary>
    [Between(-1)]
    public required TargetShape Shape { get; init; }

    public override (string Attribute, string Layer)? Like => Shape.Like is { } layer ? ("shape", layer) : null;

    public override Footprint Footprint => Footprint.View;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
        [EditableAttributes.Shape("shape", EditEffect.Features | EditEffect.Sizes)];

    public override Shape? Infer(ShapeContext context)
    {
        var (input, sizes) = (context.Input, Shape.Each);
        if (Shape.Like is not null)
            return Alike(input, context.Inputs[^1]);
        if (sizes.Count != input.Rank - 1 || sizes.ToArray().Contains(0))
            return context.Error(
                Codes.OutOfRange,
                $"shape is {Shape}; expected a size of at least 1, or -1, for each of the {input.Rank - 1} dimensions of its input "
                    + $"{context.Layer.InputName(0)}, {input.Sizes}.",
                sizes.Count is > 0 and <= 3 ? new Wanted { Axes = Axes.Default(sizes.Count, context.Layout, input.DType) } : null
            );
        var output = input;
        for (var position = 1; position < input.Rank; position++)
        {
            var size = sizes[position - 1];
            if (size == -1 || input.Dims[position] == size)
                continue;
            if (
                !context.Require(
                    Codes.LayerShape,
                    new Wanted { Values = [new("shape", Kept(sizes.ToArray(), input), "What is not 1 stays as it is.")] },
                    $"shape is {Shape} and its input {context.Layer.InputName(0)} is {input.Sizes}: only a dimension of 1 can be "
                        + $"stretched, and {input.Axes[position].Name()} is {input.Dims[position]}. Leave it at -1.",
                    Requirement.Equal(input.Dims[position], 1).Or(Requirement.Equal(input.Dims[position], size))
                )
            )
                return null;
            output = output.With(position, size);
        }

        return output;                                                                           // [N, C, 1, 1] -> [N, C, H, W]
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        var sizes = TensorSizes(onnx.Layer);
        if (Array.TrueForAll(sizes, size => size.Known is not null))
        {
            onnx.Add("Expand", [onnx.Input, onnx.Constant([1, .. sizes.Select(size => Math.Max(1, size.Known!.Value))])]);
            return;
        }

        var like = onnx.Part("Shape", [onnx.Inputs[^1]]);
        var asked = sizes.Select(size =>
            size.Known is { } known
                ? onnx.Constant(Math.Max(1, known))
                : onnx.Part("Slice", [like, onnx.Constant(size.From), onnx.Constant(size.From + 1)])
        );
        onnx.Add("Expand", [onnx.Input, onnx.Part("Concat", [onnx.Constant(1), .. asked], ("axis", 0L))]);
    }

    /// <summary>
    /// For each dimension behind the batch, in the tensor's own order: the size, -1 where it stays, or the dimension of the last input that
    /// has it when the network runs.
    /// </summary>
    internal static (long? Known, int From)[] TensorSizes(PlannedLayer layer)
    {
        var (input, output, like) = (layer.Input, layer.Output, layer.InputShapes[^1]);
        return
        [
            .. Views
                .PositionsOf(input)
                .Skip(1)
                .Select(position => (int)position)
                .Select(position =>
                    input.Dims[position] == output.Dims[position] ? (-1, 0)
                    : output.Dims[position].Known is { } known ? (known, 0)
                    : ((long?)null, like.Index(input.Axes[position]))
                ),
        ];
    }

    /// <summary>The sizes with -1 for each dimension that cannot be stretched.</summary>
    private static JsonArray Kept(long[] sizes, Shape input) =>
        new([.. sizes.Select((size, i) => (JsonNode)(input.Dims[i + 1] == 1 ? size : -1))]);

    private static Shape Alike(Shape input, Shape like)
    {
        var output = input;
        for (var position = 1; position < input.Rank; position++)
        {
            var axis = input.Axes[position];
            if (input.Dims[position] == 1 && axis != Axis.Other && like.Has(axis))
                output = output.With(position, like[axis]);
        }

        return output;                                                                           // [N, C, 1, 1] -> [N, C, H, W]
    }

    public static IEnumerable<Example> Examples =>
    [
        new("a vector over a map", new Expand { Shape = new long[] { -1, 5, 4 } }, [3, 1, 1]) { ChannelsFirstOnly = true },
        new("channels", new Expand { Shape = new long[] { 3, 5, -1 } }, [1, 5, 4]) { ChannelsFirstOnly = true },
        new("[time, features]", new Expand { Shape = new long[] { 6, -1 } }, [1, 3]) { InputAxes = [Axis.Time, Axis.Channels] },
        new("like a map", new Expand { Shape = new TargetShape(default, "x1") }, [3, 1, 1], [2, 5, 4]),
        new("like a map, one axis", new Expand { Shape = new TargetShape(default, "x1") }, [1, 5, 1], [3, 7, 4]),
        new("like a sequence", new Expand { Shape = new TargetShape(default, "x1") }, [1, 3], [6, 5])
        {
            InputAxes = [Axis.Time, Axis.Channels],
            SameAxes = true,
        },
    ];
}
