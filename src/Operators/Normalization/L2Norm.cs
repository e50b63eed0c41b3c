using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>
/// Divides the features at each position by their L2 norm and multiplies each by a learned scale, so that branches of different magnitude
/// weigh the same.
/// </summary>
/// <remarks>
/// Shapes: any with a feature axis, unchanged. Parameters: weight <c>[C]</c>, from scale. MACs: none.
/// Sources: Liu et al. 2015 (ParseNet), section 3.3; torch.nn.functional.normalize; ONNX ReduceL2-13.
/// </remarks>
[Kind("l2_norm")]
public sealed record L2Norm : Operator
{
    /// <summary>Initial scale. Default: 10.</summary>
    public double Scale { get; init; } = 10;                                                     // ParseNet, section 3.3

    /// <summary>Lower bound of the divisor. Default: 1e-12.</summary>
    [Between(0)]
    public double Eps { get; init; } = 1e-12;                                                    // PyTorch's normalize

    // What is scaled is held beside what came.
    public override Footprint Footprint => Footprint.Inputs with { BytesPerNumber = 4 };

    public override Effect Effect => Effect.Normalizes;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Shape? Infer(ShapeContext context) => context.RequireFloat() && context.HasFeatures(out _) ? context.Input : null;

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer) =>
        [new("weight", [layer.Input[Axis.Channels].Value], Initializer.Constant, Constant: Scale)];

    public override void EmitOnnx(OnnxScope onnx)
    {
        var length = onnx.Part("ReduceL2", [onnx.Input], ("axes", new[] { (long)onnx.Layer.Input.Index(Axis.Channels) }), ("keepdims", 1L));
        var unit = onnx.Part("Div", [onnx.Input, onnx.Part("Max", [length, onnx.Scalar(Eps)])]);
        onnx.Add("Mul", [unit, Norms.AlongFeatures(onnx, "weight")]);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("maps", new L2Norm(), [6, 5, 4]),
        new("features", new L2Norm { Scale = 20 }, [7]),
        new("[time, features]", new L2Norm(), [5, 6]) { InputAxes = [Axis.Time, Axis.Channels] },
    ];
}
