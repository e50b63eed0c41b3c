using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>The activations without attributes in TorchSharp.</summary>
internal sealed class ActivationTorch : TorchLowering<Activation>
{
    protected override Tensor Forward(Activation op, TorchLayer layer, Tensor[] x) => op.Kind switch
    {
        "relu" => functional.relu(x[0]),
        "relu6" => functional.relu6(x[0]),
        "selu" => functional.selu(x[0]),
        "silu" => functional.silu(x[0]),
        "sigmoid" => x[0].sigmoid(),
        "tanh" => x[0].tanh(),
        "mish" => functional.mish(x[0]),
        "hard_swish" => functional.hardswish(x[0]),
        "hard_sigmoid" => functional.hardsigmoid(x[0]),
        _ => throw new InvalidOperationException($"No libtorch form for {op.Kind}."),
    };
}
