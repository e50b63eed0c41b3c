using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>LeakyRelu in TorchSharp.</summary>
internal sealed class LeakyReluTorch : TorchLowering<LeakyRelu>
{
    protected override Tensor Forward(LeakyRelu op, TorchLayer layer, Tensor[] x) => functional.leaky_relu(x[0], op.NegativeSlope);
}
