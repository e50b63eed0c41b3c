using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>How a <see cref="LearnedTensor"/> is filled before training.</summary>
public enum TensorInit
{
    Zeros,
    Ones,
    /// <summary>Normal with mean 0.</summary>
    Normal,
    /// <summary>Normal with mean 0, drawn again outside of ±2 (PyTorch's trunc_normal_).</summary>
    TruncatedNormal,
    /// <summary>A number of one's own.</summary>
    Constant,
}

/// <summary>
/// A tensor of the network's own, the same for every sample: a class token, positions, queries, a scale for each channel. It has no inputs.
/// </summary>
/// <remarks>
/// Shapes: <c>[N, …shape]</c>, one tensor stretched over the batch. Parameters: value <c>[…shape]</c>; a buffer where it is not trainable.
/// Weight decay leaves it out. MACs: none. Sources: torch.nn.Parameter; Dosovitskiy et al. 2021 (class token, positions); ONNX Expand-13.
/// </remarks>
[Kind("parameter")]
public sealed record LearnedTensor : Operator
{
    /// <summary>Sizes without the batch, in the order of the spec's layout.</summary>
    [Between(1, int.MaxValue)]
    public required Integers Shape { get; init; }

    /// <summary>What each dimension means, by name: <c>["time", "features"]</c>. Default: the layout's order for the rank.</summary>
    public AxisLabels? Axes { get; init; }

    /// <summary>zeros, ones, normal, truncated_normal or constant. Default: zeros.</summary>
    public TensorInit Init { get; init; }

    /// <summary>The standard deviation of normal and truncated_normal. Default: 1; vision transformers take 0.02.</summary>
    [Between(0)]
    public double Std { get; init; } = 1;

    /// <summary>The number of constant. Default: 0.</summary>
    public double Value { get; init; }

    /// <summary>Whether it is trained. Default: true; false makes it a constant.</summary>
    public bool Trainable { get; init; } = true;

    public override bool IsConstant => !Trainable && Init is not (TensorInit.Normal or TensorInit.TruncatedNormal);

    public override Arity Arity => new(0, 0);

    public override Footprint Footprint => Footprint.View;

    public override AxisFlow AxisFlow => AxisFlow.Made;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
    [
        EditableAttributes.Shape("shape", EditEffect.Features | EditEffect.Sizes | EditEffect.Rank),
        new("axes", EditEffect.Features | EditEffect.Sizes | EditEffect.Order, AxesFor),
    ];

    public override Shape? Infer(ShapeContext context)
    {
        var sizes = Shape.ToArray();
        if (sizes.Length > Domain.Shapes.Axes.MaxRank)
            return context.Error(
                Codes.OutOfRange,
                $"shape lists {sizes.Length} sizes; at most {Domain.Shapes.Axes.MaxRank} are accepted."
            );
        if (Axes is { } names && names.Each.Count != sizes.Length)
            return context.Error(
                Codes.OutOfRange,
                $"axes is {names}, {names.Each.Count} of them, and shape is {Shape}. Name one axis for each of its {sizes.Length} sizes."
            );
        return new(
            [Dim.Batch, .. sizes.Select(size => (Dim)size)],
            Axes is { } labels ? [Axis.Batch, .. labels.Each] : Domain.Shapes.Axes.Default(sizes.Length, context.Layout, DType.Float32)
        );                                                                                       // -> [N, …shape]
    }

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer) =>
        [
            new(
                "value",
                Shape.ToArray(),
                Init switch
                {
                    TensorInit.Zeros => Initializer.Zeros,
                    TensorInit.Ones => Initializer.Ones,
                    TensorInit.Normal => Initializer.Normal,
                    TensorInit.TruncatedNormal => Initializer.TruncatedNormal,
                    _ => Initializer.Constant,
                },
                Trainable,
                Constant: Value
            )
            {
                Deviation = Std,
                Decays = false,
            },
        ];

    public override void EmitOnnx(OnnxScope onnx)
    {
        var (value, output) = (onnx.Parameter("value"), onnx.Layer.Output);
        long[] order = [.. Views.PositionsOf(output).Skip(1).Select(position => position - 1)];
        if (output.FeatureMovesFirst)
            value = onnx.Part("Transpose", [value], ("perm", order));
        var sizes = onnx.Constant([.. order.Select(at => Shape[(int)at])]);
        onnx.Add("Expand", [value, onnx.Part("Concat", [onnx.BatchSize, sizes], ("axis", 0L))]);
    }

    private static IEnumerable<JsonNode> AxesFor(PlannedLayer layer, Shape wanted) =>
        wanted.SameSizes(layer.Output) ? [new JsonArray([.. wanted.Axes.Skip(1).Select(axis => (JsonNode)axis.Name())])] : [];

    public static IEnumerable<Example> Examples =>
    [
        new("a token", new LearnedTensor { Shape = new long[] { 1, 6 }, Axes = AxisLabels.Of(Axis.Time, Axis.Channels) }, [3])
        {
            ChannelsFirstOnly = true,
        },
        new("a scale for each channel", new LearnedTensor { Shape = new long[] { 4, 1, 1 }, Init = TensorInit.Ones }, [3]),
        new(
            "positions",
            new LearnedTensor { Shape = new long[] { 5, 3 }, Init = TensorInit.TruncatedNormal, Std = 0.02 },
            [2, 4]
        ),
        new("features", new LearnedTensor { Shape = 7, Init = TensorInit.Normal, Std = 0.5 }, [3, 4, 4]),
        new("a scale that starts small", new LearnedTensor { Shape = 5, Init = TensorInit.Constant, Value = 1e-6 }, [3]),
        new(
            "a bias for heads",
            new LearnedTensor { Shape = new long[] { 2, 4, 5 }, Axes = AxisLabels.Of(Axis.Other, Axis.Other, Axis.Other) },
            [3]
        ),
        new("a constant", new LearnedTensor { Shape = new long[] { 2, 3 }, Init = TensorInit.Ones, Trainable = false }, [3]),
    ];
}
