using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Softplus, a smooth ReLU: log(1 + exp(beta·x)) / beta.</summary>
/// <remarks>Shapes: any, unchanged. Parameters and MACs: none. Sources: torch.nn.Softplus; ONNX Softplus-1.</remarks>
[Kind("softplus")]
public sealed record Softplus : Operator
{
    /// <summary>Sharpness: larger is closer to ReLU. Default: 1.</summary>
    [Between(1e-6, 1e6)]
    public double Beta { get; init; } = 1;

    /// <summary>Linear where beta·x is above it, for numerical stability. Default: 20.</summary>
    public double Threshold { get; init; } = 20; // PyTorch's: float32 cannot tell the difference there

    public override Effect Effect => Effect.Activates;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Nonlinearity Nonlinearity => Nonlinearity.Rectifier;

    public override Shape? Infer(ShapeContext context) => context.RequireFloat() ? context.Input : null;

    public override void EmitOnnx(OnnxScope onnx)
    {
        var scaled = Beta == 1 ? onnx.Input : onnx.Part("Mul", [onnx.Input, onnx.Scalar(Beta)]);
        var smooth = onnx.Part("Div", [onnx.Part("Softplus", [scaled]), onnx.Scalar(Beta)]);
        onnx.Add("Where", [onnx.Part("Greater", [scaled, onnx.Scalar(Threshold)]), onnx.Input, smooth]);
    }

    public static IEnumerable<Example> Examples =>
        [
            new("default", new Softplus(), [3, 5, 4]),
            new("sharp, with a low threshold", new Softplus { Beta = 3, Threshold = 1 }, [3, 5, 4]),
        ];
}
