using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>The mean or maximum of each channel over all positions.</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> gives <c>[N, C]</c>, with <c>keep_dims</c> <c>[N, C, 1, 1]</c>; sequences and volumes likewise. Parameters
/// and MACs: none.
/// Sources: keras.layers.GlobalAveragePooling2D; ONNX ReduceMean-13, ReduceMax-13.
/// </remarks>
[Kind("global_avg_pool"), Kind("global_max_pool")]
public sealed record GlobalPool : Operator
{
    /// <summary>Keeps the spatial axes with size 1. Default: false, the output is [N, C].</summary>
    public bool KeepDims { get; init; }

    public override Footprint Footprint =>
        Kind == "global_avg_pool" ? Footprint.Nothing with { Format = NumberFormat.AsGiven } : Footprint.Inputs with { HoldsOutput = true };

    public override Effect Effect => Kind == "global_max_pool" ? Effect.Activates : Effect.None;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override AxisFlow AxisFlow => AxisFlow.Reduced;

    public override RankSwitch RankSwitch => KeepDims
        ? new("keep_dims", true, "keep-dims", "give a vector (keep_dims false)", "gives the same numbers without axes of one.")
        : new("keep_dims", false, "keep-dims", "keep its axes (keep_dims)", "gives the same numbers with axes of one, which stretch.");

    protected override IEnumerable<EditableAttribute> OwnEdits => [EditableAttributes.Switch("keep_dims", KeepDims, EditEffect.Rank)];

    public override Shape? Infer(ShapeContext context)
    {
        if (!context.RequireFloat())
            return null;
        var input = context.Input;
        if (!input.Has(Axis.Channels) || input.Rank < 3)
            return context.Error(
                Codes.LayerRank,
                $"{Kind} works on a feature axis with spatial axes beside it and its input {context.Layer.Inputs[0]} is "
                    + $"[{ShapeContext.Names(input.Axes)}], {input.Sizes}. Take "
                    + $"{(input.Rank == 2 ? "the layer away, there is nothing left to pool" : "a layer with channels")}.",
                new Wanted { Axes = Axes.Default(3, context.Layout, DType.Float32) }
            );
        if (!KeepDims)
            return new([Dim.Batch, input[Axis.Channels]], [Axis.Batch, Axis.Channels]);          // [N, C, H, W] -> [N, C]
        var output = input;
        for (var position = 1; position < input.Rank; position++)
            output = input.Axes[position] == Axis.Channels ? output : output.With(position, 1);
        return output;                                                                           // [N, C, H, W] -> [N, C, 1, 1]
    }

    public override Rescaling RescalingOf(Axis axis, PlannedLayer layer) =>
        KeepDims && axis.IsSpatial() && layer.Input[axis].Known is { } size ? new(1, size, 0) : Rescaling.None;

    public override void EmitOnnx(OnnxScope onnx) =>
        onnx.Add(
            Kind == "global_avg_pool" ? "ReduceMean" : "ReduceMax",
            ("axes", PooledIndices(onnx.Layer.Input)),
            ("keepdims", KeepDims ? 1L : 0)
        );

    /// <summary>The dimensions of the tensor that are pooled: all but the batch and the features.</summary>
    internal static long[] PooledIndices(Shape input) =>
        [.. Enumerable.Range(1, input.Rank - 1).Where(i => i != input.Index(Axis.Channels)).Select(i => (long)i)];

    public static IEnumerable<Example> Examples =>
        new[] { "global_avg_pool", "global_max_pool" }.SelectMany(kind => new Example[]
        {
            new(kind, new GlobalPool { Kind = kind }, [3, 7, 5]),
            new($"{kind}, kept dimensions", new GlobalPool { Kind = kind, KeepDims = true }, [3, 4, 5]),
            new($"{kind} of a sequence", new GlobalPool { Kind = kind }, [3, 7]),
            new($"{kind} of a volume", new GlobalPool { Kind = kind, KeepDims = true }, [2, 3, 4, 5]),
        });
}
