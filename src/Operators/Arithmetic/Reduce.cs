using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>What <see cref="Reduce"/> makes of the numbers along its axes.</summary>
public enum ReduceOp
{
    Mean,
    Sum,
    Max,
    Min,
    /// <summary>The square root of the sum of squares.</summary>
    L2,
}

/// <summary>One number for all along some axes: their mean, sum, maximum, minimum or L2 norm.</summary>
/// <remarks>
/// Shapes: the axes are gone, or of size 1 with <c>keep_dims</c>: <c>[N, C, H, W]</c> over height gives <c>[N, C, W]</c>. Spatial axes that
/// stay are named by how many they are: one is <c>time</c>, two are <c>height</c> and <c>width</c>. Parameters and MACs: none. Sources:
/// torch.mean, torch.amax and their siblings; ONNX ReduceMean-13, ReduceSum-13.
/// </remarks>
[Kind("reduce")]
public sealed record Reduce : Operator
{
    /// <summary>mean, sum, max, min or l2. Default: mean.</summary>
    public ReduceOp Op { get; init; }

    /// <summary>The axes to reduce, by name or number, each once; not the batch.</summary>
    public required AxisList Axes { get; init; }

    /// <summary>Keeps the axes with size 1. Default: false; at least one axis has to stay then.</summary>
    public bool KeepDims { get; init; }

    public override Footprint Footprint => Op switch
    {
        ReduceOp.Mean or ReduceOp.Sum => Footprint.Nothing with { Format = NumberFormat.AsGiven },
        _ => Footprint.Inputs with { HoldsOutput = true },
    };

    public override Effect Effect => Op is ReduceOp.Mean or ReduceOp.Sum ? Effect.None : Effect.Activates;

    public override FeatureFlow FeatureFlow =>
        Axes.Each.All(axis => axis.Number is null && axis.Axis != Axis.Channels) ? FeatureFlow.Kept : FeatureFlow.Other;

    public override AxisFlow AxisFlow => AxisFlow.Reduced;

    public override RankSwitch RankSwitch => KeepDims
        ? new("keep_dims", true, "keep-dims", "take the axes of one away (keep_dims false)", "gives the same numbers without axes of one.")
        : new("keep_dims", false, "keep-dims", "keep its axes (keep_dims)", "gives the same numbers with axes of one, which stretch.");

    protected override IEnumerable<EditableAttribute> OwnEdits =>
    [
        EditableAttributes.Switch("keep_dims", KeepDims, EditEffect.Rank),
        new("axes", EditEffect.Features | EditEffect.Sizes | EditEffect.Order | EditEffect.Rank, AxesFor),
    ];

    public override Shape? Infer(ShapeContext context)
    {
        if (!context.RequireFloat())
            return null;
        var positions = new List<int>();
        foreach (var axis in Axes.Each)
        {
            if (AxesOf.Position(context, axis) is not { } position)
                return null;
            if (positions.Contains(position))
                return context.Error(Codes.OutOfRange, $"axes is {Axes} and names {axis} twice. Name each axis once.");
            positions.Add(position);
        }

        return KeepDims || positions.Count < context.Input.Rank - 1
            ? Reduced(context.Input, positions)
            : context.Error(
                Codes.OutOfRange,
                $"axes is {Axes}, all that its input {context.Layer.InputName(0)}, {context.Input.Sizes}, has, so that no axis would stay. "
                    + "Leave one out, or set keep_dims."
            );
    }

    public override Rescaling RescalingOf(Axis axis, PlannedLayer layer) =>
        KeepDims && axis.IsSpatial() && layer.Input[axis].Known is { } size && Positions(layer.Input).Contains(layer.Input.Position(axis))
            ? new(1, size, 0)
            : Rescaling.None;

    public override void EmitOnnx(OnnxScope onnx)
    {
        var opType = $"Reduce{Op}";
        var (indices, order) = (Indices(onnx.Layer.Input), Order(onnx.Layer));
        (string, object) keep = ("keepdims", KeepDims ? 1L : 0);
        string[] inputs = Op == ReduceOp.Sum ? [onnx.Input, onnx.Constant(indices)] : [onnx.Input];
        (string, object)[] attributes = Op == ReduceOp.Sum ? [keep] : [("axes", indices), keep];
        if (order is null)
            onnx.Add(opType, inputs, attributes);
        else
            onnx.Add("Transpose", [onnx.Part(opType, inputs, attributes)], ("perm", order));
    }

    /// <summary>The dimensions of the tensor that are reduced, in rising order.</summary>
    internal long[] Indices(Shape input) => [.. Positions(input).Select(position => (long)input.IndexOfPosition(position)).Order()];

    /// <summary>How the dimensions that stay are put into the output's own order; null where they are in it.</summary>
    internal long[]? Order(PlannedLayer layer)
    {
        if (KeepDims)
            return null;
        var positions = Positions(layer.Input);
        var stay = Enumerable.Range(0, layer.Input.Rank).Except(positions).ToList();
        var have = Views.PositionsOf(layer.Input).Where(position => !positions.Contains((int)position)).ToList();
        var want = Views.PositionsOf(layer.Output).Select(position => (long)stay[(int)position]).ToList();
        return have.SequenceEqual(want) ? null : [.. want.Select(position => (long)have.IndexOf(position))];
    }

    private List<int> Positions(Shape input) => [.. Axes.Each.Select(axis => axis.PositionIn(input)!.Value)];

    private Shape Reduced(Shape input, List<int> positions)
    {
        if (KeepDims)
            return positions.Aggregate(input, (shape, position) => shape.With(position, 1));     // [N, C, H, W] -> [N, C, 1, W]
        int[] stay = [.. Enumerable.Range(0, input.Rank).Except(positions)];
        var axes = Array.ConvertAll(stay, position => input.Axes[position]);
        var spatial = new Queue<Axis>(Named(axes.Count(axis => axis.IsSpatial())));
        for (var i = 0; i < axes.Length; i++)
            axes[i] = axes[i].IsSpatial() ? spatial.Dequeue() : axes[i];
        return new(Array.ConvertAll(stay, position => input.Dims[position]), axes);              // [N, C, H, W] -> [N, C, W]
    }

    private static Axis[] Named(int spatial) => spatial switch
    {
        1 => [Axis.Time],
        2 => [Axis.Height, Axis.Width],
        3 => [Axis.Depth, Axis.Height, Axis.Width],
        _ => [],
    };

    /// <summary>The axes of which the reduction has the wanted shape, the fewest first.</summary>
    private IEnumerable<JsonNode> AxesFor(PlannedLayer layer, Shape wanted)
    {
        var input = layer.Input;
        if (input.Rank > Domain.Shapes.Axes.MaxRank + 1)
            return [];
        return Enumerable
            .Range(1, (1 << (input.Rank - 1)) - 1)
            .Select(set => Enumerable.Range(1, input.Rank - 1).Where(position => (set & (1 << (position - 1))) != 0).ToList())
            .Where(positions => KeepDims || positions.Count < input.Rank - 1)
            .OrderBy(positions => positions.Count)
            .Where(positions => Reduced(input, positions) is var shape && shape.SameAxes(wanted) && shape.SameSizes(wanted))
            .Select(positions => new JsonArray([.. positions.Select(position => Written(input.Axes[position], position))]));
    }

    private static JsonNode Written(Axis axis, int position) => axis == Axis.Other ? position : axis.Name();

    public static IEnumerable<Example> Examples =>
    [
        .. Enum.GetValues<ReduceOp>().SelectMany(op => new Example[]
        {
            new($"{op} over height", new Reduce { Op = op, Axes = new AxisName[] { Axis.Height } }, [3, 5, 4]),
            new($"{op}, kept", new Reduce { Op = op, Axes = new AxisName[] { Axis.Width, Axis.Channels }, KeepDims = true }, [3, 5, 4]),
        }),
        new("over the channels", new Reduce { Axes = new AxisName[] { Axis.Channels } }, [3, 5, 4]),
        new("to features", new Reduce { Axes = new AxisName[] { Axis.Height, Axis.Width } }, [3, 5, 4]),
        new("of a volume over depth", new Reduce { Op = ReduceOp.Max, Axes = new AxisName[] { Axis.Depth } }, [2, 3, 5, 4]),
        new("by number", new Reduce { Op = ReduceOp.Sum, Axes = new AxisName[] { new(default, -1), new(default, 1) } }, [3, 5, 4])
        {
            ChannelsFirstOnly = true,
        },
        new("[time, features] over time", new Reduce { Axes = new AxisName[] { Axis.Time } }, [5, 6])
        {
            InputAxes = [Axis.Time, Axis.Channels],
        },
        new("axes without a meaning", new Reduce { Op = ReduceOp.Sum, Axes = new AxisName[] { new(default, 2) } }, [2, 3, 2, 5, 4])
        {
            ChannelsFirstOnly = true,
        },
    ];
}
