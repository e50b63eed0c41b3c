using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>The activations without attributes in PyTorch.</summary>
internal sealed class ActivationPython : PythonForm<Activation>
{
    protected override string Forward(Activation op, PythonScope py) => py.Call(new(op.Kind switch
    {
        "relu" => "nn.ReLU",
        "relu6" => "nn.ReLU6",
        "selu" => "nn.SELU",
        "silu" => "nn.SiLU",
        "sigmoid" => "nn.Sigmoid",
        "tanh" => "nn.Tanh",
        "mish" => "nn.Mish",
        "hard_swish" => "nn.Hardswish",
        "hard_sigmoid" => "nn.Hardsigmoid",
        _ => throw new InvalidOperationException($"No PyTorch module for {op.Kind}."),
    }));
}
