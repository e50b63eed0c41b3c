using ConcatService.Domain.Graphs;
using ConcatService.Domain.Onnx;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>The activations without attributes: one number in, one number out.</summary>
/// <remarks>Shapes: any, unchanged. Parameters and MACs: none. Sources: torch.nn.ReLU and its siblings; ONNX operators of the same names.</remarks>
[Kind("relu"), Kind("relu6"), Kind("selu"), Kind("silu"), Kind("sigmoid"), Kind("tanh"), Kind("softplus")]
public sealed record Activation : Operator
{
    public override Shape? Infer(Site site) => site.IsFloat() ? site.Input : null;

    public override void EmitOnnx(OnnxScope onnx)
    {
        switch (Kind)
        {
            case "relu": onnx.Add("Relu"); break;
            case "relu6": onnx.Add("Clip", [onnx.Input, onnx.Scalar(0), onnx.Scalar(6)]); break;
            case "selu": onnx.Add("Selu"); break;                                                   // ONNX's defaults are PyTorch's constants
            case "silu": onnx.Add("Mul", [onnx.Input, onnx.Part("Sigmoid", [onnx.Input])]); break;
            case "sigmoid": onnx.Add("Sigmoid"); break;
            case "tanh": onnx.Add("Tanh"); break;
            case "softplus": onnx.Add("Softplus"); break;
            default: throw new InvalidOperationException($"No ONNX form for {Kind}.");
        }
    }

    public static IEnumerable<Example> Examples =>
        new[] { "relu", "relu6", "selu", "silu", "sigmoid", "tanh", "softplus" }.Select(kind => new Example(kind, new Activation { Kind = kind }, [3, 5, 4]));
}
