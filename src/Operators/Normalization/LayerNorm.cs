using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Normalizes the features at each position to mean 0 and variance 1.</summary>
/// <remarks>
/// Shapes: any with a feature axis, unchanged. Parameters: weight <c>[C]</c>, bias <c>[C]</c>. MACs: none.
/// Sources: Ba et al. 2016; torch.nn.LayerNorm over the feature axis; ONNX LayerNormalization-17.
/// </remarks>
[Kind("layer_norm")]
[Accepts(nameof(Accepted.Device))]
[Accepts(nameof(Accepted.Dtype))]
public sealed record LayerNorm : Operator
{
    /// <summary>Added to the variance for numerical stability. Default: 1e-5.</summary>
    [Between(0)]
    public double Eps { get; init; } = 1e-5;                                                     // PyTorch's default

    /// <summary>Multiplies by a learned weight and, with <see cref="Bias"/>, adds a learned bias. Default: true.</summary>
    public bool ElementwiseAffine { get; init; } = true;

    /// <summary>Adds a learned bias where there is a learned weight. Default: true.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>
    /// The features that must arrive, as a number or a list of one: an assertion, as PyTorch asks for it. Default: whatever arrives.
    /// </summary>
    [Between(1)]
    public Integers? NormalizedShape { get; init; }

    public override DeclaredWidth? Declared => Norms.Declared(NormalizedShape);

    public override Effect Effect => Effect.Normalizes;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Shape? Infer(ShapeContext context) =>
        context.RequireFloat() && Norms.IsOverFeatures(context, NormalizedShape) ? context.Input : null;

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer) =>
        Norms.Parameters(layer.Input[Axis.Channels].Value, ElementwiseAffine, ElementwiseAffine && Bias, false);

    public override void EmitOnnx(OnnxScope onnx)
    {
        var (rank, index) = (onnx.Layer.Input.Rank, onnx.Layer.Input.Index(Axis.Channels));
        List<string> operands =
        [
            onnx.FeaturesLast(onnx.Input, rank, index),
            Norms.Weight(onnx, ElementwiseAffine, onnx.Layer.Input[Axis.Channels].Value),
        ];
        if (ElementwiseAffine && Bias)
            operands.Add(onnx.Parameter("bias"));
        onnx.AddFromFeaturesLast(onnx.Part("LayerNormalization", operands, ("axis", -1L), ("epsilon", Eps)), rank, index);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("features", new LayerNorm(), [7]),
        new("declared", new LayerNorm { NormalizedShape = new long[] { 7 } }, [7]),
        new("each place of a map", new LayerNorm { Eps = 1e-6 }, [6, 5, 4]),
        new("each place of a volume", new LayerNorm(), [6, 2, 3, 4]),
        new("[time, features]", new LayerNorm(), [5, 6]) { InputAxes = [Axis.Time, Axis.Channels] },
        new("without weight", new LayerNorm { ElementwiseAffine = false }, [6, 5]),
        new("without bias", new LayerNorm { Bias = false }, [6, 5]),
    ];
}
