using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>How <see cref="Gelu"/> is computed.</summary>
public enum GeluApproximation
{
    None,
    Tanh,
}

/// <summary>GELU: x·Φ(x), with the standard normal distribution function Φ.</summary>
/// <remarks>
/// Shapes: any, unchanged. Parameters and MACs: none. Sources: Hendrycks and Gimpel 2016; torch.nn.GELU; ONNX Erf-13 (its own Gelu came
/// with opset 20).
/// </remarks>
[Kind("gelu")]
public sealed record Gelu : Operator
{
    /// <summary>none (exact) or tanh. Default: none.</summary>
    public GeluApproximation Approximate { get; init; }

    public override Effect Effect => Effect.Activates;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Nonlinearity Nonlinearity => Nonlinearity.Rectifier with { LargestSlope = 1.129 };

    public override Shape? Infer(ShapeContext context) => context.RequireFloat() ? context.Input : null;

    public override void EmitOnnx(OnnxScope onnx)
    {
        if (Approximate == GeluApproximation.None)
        {
            var chance = onnx.Part(
                "Add",
                [onnx.Part("Erf", [onnx.Part("Mul", [onnx.Input, onnx.Scalar(Math.Sqrt(0.5))])]), onnx.Scalar(1)]
            );
            onnx.Add("Mul", [onnx.Part("Mul", [onnx.Input, onnx.Scalar(0.5)]), chance]);
            return;
        }

        // x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³))): Hendrycks and Gimpel 2016, section 2.
        var cube = onnx.Part("Mul", [onnx.Part("Mul", [onnx.Input, onnx.Input]), onnx.Input]);
        var inner = onnx.Part("Add", [onnx.Input, onnx.Part("Mul", [cube, onnx.Scalar(0.044715)])]);
        var tanh = onnx.Part("Tanh", [onnx.Part("Mul", [inner, onnx.Scalar(Math.Sqrt(2 / Math.PI))])]);
        onnx.Add("Mul", [onnx.Part("Mul", [onnx.Input, onnx.Scalar(0.5)]), onnx.Part("Add", [tanh, onnx.Scalar(1)])]);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("exact", new Gelu(), [3, 5, 4]),
        new("tanh", new Gelu { Approximate = GeluApproximation.Tanh }, [3, 5, 4]),
    ];
}
