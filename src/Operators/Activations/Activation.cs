using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Element-wise activations without attributes.</summary>
/// <remarks>
/// Shapes: any, unchanged. Parameters and MACs: none. Sources: torch.nn.ReLU and its siblings; ONNX operators of the same names.
/// </remarks>
[
    Kind("relu"),
    Kind("relu6"),
    Kind("selu"),
    Kind("silu"),
    Kind("sigmoid"),
    Kind("tanh"),
    Kind("mish"),
    Kind("hard_swish"),
    Kind("hard_sigmoid")
]
[Accepts(nameof(Accepted.Inplace))]
public sealed record Activation : Operator
{
    public override Footprint Footprint =>
        (Kind is "relu" or "sigmoid" or "tanh" ? Footprint.Output : Footprint.Inputs) with
        {
            Format = NumberFormat.AsGiven,
        };

    public override Effect Effect => Kind switch
    {
        "sigmoid" or "tanh" or "hard_sigmoid" => Effect.Saturates,
        "selu" => Effect.Activates | Effect.Normalizes, // Klambauer et al. 2017: keeps mean 0 and variance 1 by itself
        _ => Effect.Activates,
    };

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Nonlinearity Nonlinearity => Kind switch
    {
        // SageMaker's DeadRelu and SaturatedActivation: where the derivatives of sigmoid and tanh fall to 1e-7.
        "relu" or "relu6" => Nonlinearity.Rectifier with { Alive = (0, double.PositiveInfinity) },
        "sigmoid" => new(1, 0.25) { Alive = (-23, 16.99999), Gives = ScoreForm.Probabilities },
        "tanh" => new(1) { Alive = (-9.4999, 9.4999) },
        "hard_sigmoid" => new(1, 1.0 / 6),
        "selu" => new(1, 1.7581),
        "silu" => Nonlinearity.Rectifier with { LargestSlope = 1.0998 },
        "mish" => Nonlinearity.Rectifier with { LargestSlope = 1.0885 },
        "hard_swish" => Nonlinearity.Rectifier with { LargestSlope = 1.5 },
        _ => throw new InvalidOperationException($"No slope for {Kind}."),
    };

    public override Shape? Infer(ShapeContext context) => context.RequireFloat() ? context.Input : null;

    public override void EmitOnnx(OnnxScope onnx)
    {
        switch (Kind)
        {
            case "relu": onnx.Add("Relu"); break;
            case "relu6": onnx.Add("Clip", [onnx.Input, onnx.Scalar(0), onnx.Scalar(6)]); break;
            case "selu": onnx.Add("Selu"); break; // ONNX's defaults are PyTorch's constants
            case "silu": onnx.Add("Mul", [onnx.Input, onnx.Part("Sigmoid", [onnx.Input])]); break;
            case "sigmoid": onnx.Add("Sigmoid"); break;
            case "tanh": onnx.Add("Tanh"); break;
            case "mish": onnx.Add("Mul", [onnx.Input, onnx.Part("Tanh", [onnx.Part("Softplus", [onnx.Input])])]); break;
            case "hard_swish": onnx.Add("HardSwish"); break;
            // PyTorch's slope; ONNX's own default is 0.2
            case "hard_sigmoid": onnx.Add("HardSigmoid", ("alpha", 1.0 / 6), ("beta", 0.5)); break;
            default: throw new InvalidOperationException($"No ONNX form for {Kind}.");
        }
    }

    public static IEnumerable<Example> Examples =>
        new[] { "relu", "relu6", "selu", "silu", "sigmoid", "tanh", "mish", "hard_swish", "hard_sigmoid" }.Select(kind => new Example(
            kind,
            new Activation { Kind = kind },
            [3, 5, 4]
        ));
}
