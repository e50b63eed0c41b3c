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
    /// <summary>Output sizes without the batch, one for each dimension; -1 keeps a size.</summary>
    [Between(-1)]
    public required Integers Shape { get; init; }

    public override Footprint Footprint => Footprint.View;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
        [EditableAttributes.Shape("shape", EditEffect.Features | EditEffect.Sizes)];

    public override Shape? Infer(ShapeContext context)
    {
        var input = context.Input;
        if (Shape.Count != input.Rank - 1 || Shape.ToArray().Contains(0))
            return context.Error(
                Codes.OutOfRange,
                $"shape is {Shape}; expected a size of at least 1, or -1, for each of the {input.Rank - 1} dimensions of its input "
                    + $"{context.Layer.InputName(0)}, {input.Sizes}."
            );
        var output = input;
        for (var position = 1; position < input.Rank; position++)
        {
            var size = Shape[position - 1];
            if (size == -1 || input.Dims[position] == size)
                continue;
            if (
                !context.Require(
                    Codes.LayerShape,
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

    public override void EmitOnnx(OnnxScope onnx) =>
        onnx.Add("Expand", [onnx.Input, onnx.Constant([1, .. TensorSizes(onnx.Layer).Select(size => Math.Max(1, size))])]);

    /// <summary>The sizes behind the batch in the tensor's own order, -1 for those that stay.</summary>
    internal long[] TensorSizes(PlannedLayer layer)
    {
        var shape = Shape;
        return [.. Views.PositionsOf(layer.Input).Skip(1).Select(position => shape[(int)position - 1])];
    }

    public static IEnumerable<Example> Examples =>
    [
        new("a vector over a map", new Expand { Shape = new long[] { -1, 5, 4 } }, [3, 1, 1]) { ChannelsFirstOnly = true },
        new("channels", new Expand { Shape = new long[] { 3, 5, -1 } }, [1, 5, 4]) { ChannelsFirstOnly = true },
        new("[time, features]", new Expand { Shape = new long[] { 6, -1 } }, [1, 3]) { InputAxes = [Axis.Time, Axis.Channels] },
    ];
}
