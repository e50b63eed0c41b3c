using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Divides the features at each position by their root mean square.</summary>
/// <remarks>
/// Shapes: any with a feature axis, unchanged. Parameters: weight <c>[C]</c>. MACs: none. Sources: Zhang and Sennrich 2019;
/// torch.nn.RMSNorm.
/// </remarks>
[Kind("rms_norm")]
[Accepts(nameof(Accepted.Device))]
[Accepts(nameof(Accepted.Dtype))]
public sealed record RmsNorm : Operator
{
    /// <summary>Added to the mean square. Default: the smallest step of float32 at 1, about 1.19e-7.</summary>
    [Between(0)]
    public double Eps { get; init; } = 1.1920928955078125e-7; // torch.finfo(float32).eps, PyTorch's default

    /// <summary>Multiplies by a learned weight. Default: true.</summary>
    public bool ElementwiseAffine { get; init; } = true;

    /// <summary>
    /// The features that must arrive, as a number or a list of one: an assertion, as PyTorch asks for it. Default: whatever arrives.
    /// </summary>
    [Between(1)]
    public Integers? NormalizedShape { get; init; }

    public override DeclaredWidth? Declared => Norms.Declared(NormalizedShape);

    // What is scaled is held beside what came.
    public override Footprint Footprint => Footprint.Inputs with { BytesPerNumber = 4 };

    public override Effect Effect => Effect.Normalizes;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Shape? Infer(ShapeContext context) =>
        context.RequireFloat() && Norms.IsOverFeatures(context, NormalizedShape) ? context.Input : null;

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer) =>
        Norms.Parameters(layer.Input[Axis.Channels].Value, ElementwiseAffine, false, false);

    public override void EmitOnnx(OnnxScope onnx)
    {
        var square = onnx.Part(
            "ReduceMean",
            [onnx.Part("Mul", [onnx.Input, onnx.Input])],
            ("axes", new[] { (long)onnx.Layer.Input.Index(Axis.Channels) }),
            ("keepdims", 1L)
        );
        var root = onnx.Part("Sqrt", [onnx.Part("Add", [square, onnx.Scalar(Eps)])]);
        if (ElementwiseAffine)
            onnx.Add("Mul", [onnx.Part("Div", [onnx.Input, root]), Norms.AlongFeatures(onnx, "weight")]);
        else
            onnx.Add("Div", [onnx.Input, root]);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("features", new RmsNorm(), [7]),
        new("declared", new RmsNorm { NormalizedShape = new long[] { 7 } }, [7]),
        new("each place of a map", new RmsNorm { Eps = 1e-3 }, [6, 5, 4]),
        new("[time, features]", new RmsNorm(), [5, 6]) { InputAxes = [Axis.Time, Axis.Channels] },
        new("without weight", new RmsNorm { ElementwiseAffine = false }, [6, 5]),
    ];
}
