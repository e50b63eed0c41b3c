using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>A fully connected layer over the feature axis, applied at each position of a map or sequence.</summary>
/// <remarks>
/// Shapes: <c>[N, C]</c> gives <c>[N, out_features]</c>; <c>[N, time, C]</c> gives <c>[N, time, out_features]</c>. Parameters: weight
/// <c>[out, in]</c>, bias <c>[out]</c>. MACs: in for each output element. Sources: torch.nn.Linear; ONNX Gemm-13, MatMul-13.
/// </remarks>
[Kind("linear")]
[Accepts(nameof(Accepted.Device))]
[Accepts(nameof(Accepted.Dtype))]
public sealed record Linear : Operator, IHasShorthand
{
    /// <summary>Features of the output, at least 1.</summary>
    [Between(1)]
    public required long OutFeatures { get; init; }

    /// <summary>Adds a learned bias. Default: true.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>The features that must arrive: an assertion, as PyTorch asks for it. Default: whatever arrives.</summary>
    [Between(1)]
    public long? InFeatures { get; init; }

    public override DeclaredWidth? Declared => DeclaredWidth.Of("in_features", InFeatures);

    /// <summary>Whether weight and bias start at zero: a gate then starts half open.</summary>
    [SpecIgnore]
    public bool StartsAtZero { get; init; }

    public override Footprint Footprint => Footprint.Inputs with { Format = NumberFormat.Precision };

    public override Effect Effect => Effect.Weighs;

    public override FeatureFlow FeatureFlow => FeatureFlow.Mixed;

    protected override IEnumerable<EditableAttribute> OwnEdits => [EditableAttributes.Width("out_features")];

    public override Shape? Infer(ShapeContext context) =>
        context.RequireFloat() && context.HasFeatures(out _) ? context.Input.With(Axis.Channels, OutFeatures) : null;

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer)
    {
        var features = layer.Input[Axis.Channels].Value;
        yield return new("weight", [OutFeatures, features], StartsAtZero ? Initializer.Zeros : Initializer.Weight, FanIn: features);
        if (Bias)
            yield return new("bias", [OutFeatures], StartsAtZero ? Initializer.Zeros : Initializer.Bias, FanIn: features);
    }

    public override long? Macs(PlannedLayer layer) =>
        layer.Output.ElementsPerSample is { } numbers ? Saturating.Multiply(numbers, layer.Input[Axis.Channels].Value) : null;

    public override void EmitOnnx(OnnxScope onnx)
    {
        var shape = onnx.Layer.Input;
        if (shape.Rank == 2)
        {
            onnx.Add("Gemm", onnx.InputAndWeights(Bias), ("transB", 1L));
            return;
        }

        var index = shape.Index(Axis.Channels);
        var product = onnx.Part(
            "MatMul",
            [
                onnx.FeaturesLast(onnx.Input, shape.Rank, index),
                onnx.Part("Transpose", [onnx.Parameter("weight")], ("perm", new long[] { 1, 0 })),
            ]
        );
        if (Bias)
            product = onnx.Part("Add", [product, onnx.Parameter("bias")]);
        onnx.AddFromFeaturesLast(product, shape.Rank, index);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("features", new Linear { OutFeatures = 5 }, [7]),
        new("declared", new Linear { OutFeatures = 5, InFeatures = 7 }, [7]),
        new("without bias", new Linear { OutFeatures = 5, Bias = false }, [7]),
        new("every place of a map", new Linear { OutFeatures = 4 }, [3, 5, 6]),
        new("every step of a sequence", new Linear { OutFeatures = 4 }, [3, 5]),
        new("[time, features]", new Linear { OutFeatures = 4, Bias = false }, [5, 3]) { InputAxes = [Axis.Time, Axis.Channels] },
    ];
}
