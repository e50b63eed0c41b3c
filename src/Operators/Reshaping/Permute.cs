using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Reorders the dimensions. A view of the input; no copy.</summary>
/// <remarks>
/// Shapes: dimension i of the output is dimension <c>dims[i]</c> of the input. Names of axes move along; where the result is in no order
/// that a layer works on (features in the middle, width before height), the positions get the layout's default names. Parameters and MACs:
/// none.
/// Sources: torch.permute; ONNX Transpose-13.
/// </remarks>
[Kind("permute")]
public sealed record Permute : Operator
{
    /// <summary>The new order, counting the batch as 0, which must stay first: <c>[0, 2, 1]</c>.</summary>
    public required Integers Dims { get; init; }

    public override Footprint Footprint => Footprint.View;

    public override AxisFlow AxisFlow => AxisFlow.Moved;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
        [new("dims", EditEffect.Order | EditEffect.Features | EditEffect.Sizes, OrdersFor)];

    public override Shape? Infer(ShapeContext context)
    {
        var input = context.Input;
        var dims = Dims.ToArray().Select(dim => dim < 0 ? dim + input.Rank : dim).ToArray();
        if (dims.Length != input.Rank || !dims.Order().SequenceEqual(Enumerable.Range(0, input.Rank).Select(i => (long)i)))
            return context.Error(
                Codes.OutOfRange,
                $"dims is {Dims} and must hold each of 0 to {input.Rank - 1} once, because its input {context.Layer.InputName(0)} is "
                    + $"{input.Sizes} behind the batch, 0."
            );
        if (dims[0] != 0)
            return context.Error(Codes.OutOfRange, $"dims is {Dims} and moves the batch. Let it begin with 0.");
        Axis[] axes = [.. dims.Select(dim => input.Axes[(int)dim])];
        return new(
            [.. dims.Select(dim => input.Dims[(int)dim])],
            IsAnOrder(axes) ? axes : Axes.Default(input.Rank - 1, context.Layout, DType.Float32),
            input.DType
        );
    }

    public override void EmitOnnx(OnnxScope onnx) => onnx.Add("Transpose", ("perm", Order(onnx.Layer)));

    /// <summary>The order in which the tensor's own dimensions are read.</summary>
    internal long[] Order(PlannedLayer layer)
    {
        var dims = Dims;
        return Views.Permutation(
            layer.Input,
            layer.Output,
            position => (int)(dims[position] < 0 ? dims[position] + dims.Count : dims[position])
        );
    }

    /// <summary>The orders that give the wanted sizes, those first that also give the wanted axes.</summary>
    private static IEnumerable<JsonNode> OrdersFor(PlannedLayer layer, Shape wanted)
    {
        var input = layer.Input;
        return input.Rank != wanted.Rank
            ? []
            : Orders([0])
                .OrderByDescending(order => order.Select(dim => input.Axes[dim]).SequenceEqual(wanted.Axes))
                .Select(order => new JsonArray([.. order.Select(dim => (JsonNode)dim)]));

        IEnumerable<int[]> Orders(int[] begun) =>
            begun.Length == wanted.Rank
                ? [begun]
                : Enumerable
                    .Range(1, input.Rank - 1)
                    .Where(dim => !begun.Contains(dim) && input.Dims[dim] == wanted.Dims[begun.Length])
                    .SelectMany(dim => Orders([.. begun, dim]));
    }

    private static bool IsAnOrder(Axis[] axes)
    {
        var features = Array.IndexOf(axes, Axis.Channels);
        var spatial = axes.Where(axis => axis.IsSpatial()).ToList();
        return (features <= 1 || features == axes.Length - 1) && spatial.SequenceEqual(spatial.Order());
    }

    public static IEnumerable<Example> Examples =>
    [
        new("features last", new Permute { Dims = new long[] { 0, 2, 3, 1 } }, [3, 5, 4]) { ChannelsFirstOnly = true },
        new("features in the middle", new Permute { Dims = new long[] { 0, 3, 1, 2 } }, [3, 5, 4]) { ChannelsFirstOnly = true },
        new("a map transposed", new Permute { Dims = new long[] { 0, 1, -1, 2 } }, [3, 5, 4]) { ChannelsFirstOnly = true },
        new("a sequence", new Permute { Dims = new long[] { 0, 2, 1 } }, [3, 5]) { ChannelsFirstOnly = true },
        new("[time, features]", new Permute { Dims = new long[] { 0, 2, 1 } }, [3, 5]) { InputAxes = [Axis.Time, Axis.Channels] },
    ];
}
