using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Normalizes each channel of each sample over its positions.</summary>
/// <remarks>
/// Shapes: <c>[N, C, …]</c> with at least one spatial axis, unchanged. Parameters, with affine: weight <c>[C]</c>, bias <c>[C]</c>;
/// buffers, with track_running_stats: running_mean <c>[C]</c>, running_var <c>[C]</c>, which evaluation then normalizes by. MACs: none.
/// Sources: Ulyanov et al. 2016; torch.nn.InstanceNorm2d; ONNX InstanceNormalization-6.
/// </remarks>
[Kind("instance_norm")]
[Accepts(nameof(Accepted.Device))]
[Accepts(nameof(Accepted.Dtype))]
public sealed record InstanceNorm : Operator
{
    /// <summary>Added to the variance for numerical stability. Default: 1e-5.</summary>
    [Between(0)]
    public double Eps { get; init; } = 1e-5;                                                     // PyTorch's default

    /// <summary>Weight of the newest batch in the running statistics; null leaves them unchanged, as in PyTorch. Default: 0.1.</summary>
    [Between(0, 1)]
    public double? Momentum { get; init; } = 0.1;

    /// <summary>Multiplies by a learned weight and adds a learned bias. Default: false.</summary>
    public bool Affine { get; init; }

    /// <summary>Keeps running statistics and uses them in evaluation. Default: false.</summary>
    public bool TrackRunningStats { get; init; }

    /// <summary>The features that must arrive: an assertion, as PyTorch asks for it. Default: whatever arrives.</summary>
    [Between(1)]
    public long? NumFeatures { get; init; }

    public override DeclaredWidth? Declared => DeclaredWidth.Of("num_features", NumFeatures);

    public override Effect Effect => Effect.Normalizes;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Shape? Infer(ShapeContext context)
    {
        if (!context.RequireFloat() || !context.HasFeatures(out _) || !context.HasFeaturesFirst())
            return null;
        return context.Input.Rank > 2
            ? context.Input
            : context.Error(
                Codes.LayerRank,
                $"instance_norm normalizes over places and its input {context.Layer.InputName(0)}, {context.Input.Sizes}, has features "
                    + $"only. Use layer_norm.",
                new Wanted { Axes = Axes.Default(3, context.Layout, DType.Float32) }
            );
    }

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer) =>
        Norms.Parameters(layer.Input[Axis.Channels].Value, Affine, Affine, TrackRunningStats);

    public override void EmitOnnx(OnnxScope onnx)
    {
        var channels = onnx.Layer.Input[Axis.Channels].Value;
        string[] operands = [onnx.Input, Norms.Weight(onnx, Affine, channels), Norms.Bias(onnx, Affine, channels)];
        if (TrackRunningStats)
            onnx.Add("BatchNormalization", [.. operands, onnx.Parameter("running_mean"), onnx.Parameter("running_var")], ("epsilon", Eps));
        else
            onnx.Add("InstanceNormalization", operands, ("epsilon", Eps));
    }

    public static IEnumerable<Example> Examples =>
    [
        new("maps", new InstanceNorm(), [3, 5, 4]),
        new("volumes", new InstanceNorm { Affine = true }, [3, 2, 5, 4]),
        new("declared", new InstanceNorm { NumFeatures = 3 }, [3, 5, 4]),
        new("with weight", new InstanceNorm { Affine = true, Eps = 1e-3 }, [3, 5, 4]),
        new("with running statistics", new InstanceNorm { Affine = true, TrackRunningStats = true }, [3, 5, 4]),
        new("statistics that stay", new InstanceNorm { TrackRunningStats = true, Momentum = null }, [3, 5, 4]),
        new("a sequence", new InstanceNorm { Affine = true }, [3, 7]),
    ];
}
