using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Normalizes each feature over the batch and all positions; in evaluation by running statistics.</summary>
/// <remarks>
/// Shapes: <c>[N, C, …]</c>, unchanged. Parameters: weight <c>[C]</c>, bias <c>[C]</c>; buffers: running_mean <c>[C]</c>, running_var
/// <c>[C]</c>, and with a momentum of null num_batches_tracked <c>[1]</c>. MACs: none.
/// Sources: Ioffe and Szegedy 2015; torch.nn.BatchNorm2d; ONNX BatchNormalization-15.
/// </remarks>
[Kind("batch_norm")]
[Accepts(nameof(Accepted.Device))]
[Accepts(nameof(Accepted.Dtype))]
public sealed record BatchNorm : Operator
{
    /// <summary>Added to the variance for numerical stability. Default: 1e-5.</summary>
    [Between(0)]
    public double Eps { get; init; } = 1e-5;                                                     // PyTorch's default; Keras has 1e-3

    public override double? VarianceFloor => Eps;

    /// <summary>
    /// Weight of the newest batch in the running statistics, as in PyTorch; null averages all batches so far. Default: 0.1.
    /// </summary>
    [Between(0, 1)]
    public double? Momentum { get; init; } = 0.1; // PyTorch's; Keras counts the other way round, 0.99

    /// <summary>Multiplies by a learned weight and adds a learned bias. Default: true.</summary>
    public bool Affine { get; init; } = true;

    /// <summary>Keeps running statistics for evaluation; without them evaluation uses the current batch. Default: true.</summary>
    public bool TrackRunningStats { get; init; } = true;

    /// <summary>The features that must arrive: an assertion, as PyTorch asks for it. Default: whatever arrives.</summary>
    [Between(1)]
    public long? NumFeatures { get; init; }

    public override DeclaredWidth? Declared => DeclaredWidth.Of("num_features", NumFeatures);

    public override Footprint Footprint => Footprint.Inputs with { Format = NumberFormat.AsGiven };

    public override Effect Effect => Effect.Normalizes;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Shape? Infer(ShapeContext context) =>
        context.RequireFloat() && context.HasFeatures(out _) && context.HasFeaturesFirst() ? context.Input : null;

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer) =>
        Norms.Parameters(layer.Input[Axis.Channels].Value, Affine, Affine, TrackRunningStats, countsBatches: Momentum is null);

    public override void EmitOnnx(OnnxScope onnx)
    {
        var channels = onnx.Layer.Input[Axis.Channels].Value;
        var mean = TrackRunningStats ? onnx.Parameter("running_mean") : null;
        var variance = TrackRunningStats ? onnx.Parameter("running_var") : null;
        if (mean is null)
        {
            long[] pooled = [0, .. GlobalPool.PooledIndices(onnx.Layer.Input)];
            var kept = onnx.Part("ReduceMean", [onnx.Input], ("axes", pooled), ("keepdims", 1L));
            var centered = onnx.Part("Sub", [onnx.Input, kept]);
            mean = onnx.Part("ReduceMean", [onnx.Input], ("axes", pooled), ("keepdims", 0L));
            variance = onnx.Part("ReduceMean", [onnx.Part("Mul", [centered, centered])], ("axes", pooled), ("keepdims", 0L));
        }

        onnx.Add(
            "BatchNormalization",
            [onnx.Input, Norms.Weight(onnx, Affine, channels), Norms.Bias(onnx, Affine, channels), mean, variance!],
            ("epsilon", Eps)
        );
    }

    public static IEnumerable<Example> Examples =>
    [
        new("maps", new BatchNorm(), [3, 5, 4]),
        new("volumes", new BatchNorm(), [3, 2, 5, 4]),
        new("declared", new BatchNorm { NumFeatures = 3 }, [3, 5, 4]),
        new("sequences", new BatchNorm { Eps = 1e-3, Momentum = 0.01 }, [3, 7]),
        new("features", new BatchNorm(), [6]),
        new("the mean of all batches", new BatchNorm { Momentum = null }, [3, 5, 4]),
        new("without weight", new BatchNorm { Affine = false }, [3, 4, 4]) ,
        new("without running statistics", new BatchNorm { TrackRunningStats = false }, [3, 4, 5]),
    ];
}
