using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Gelu in TorchSharp.</summary>
internal sealed class GeluTorch : TorchLowering<Gelu>
{
    protected override Tensor Forward(Gelu op, TorchLayer layer, Tensor[] x) =>
        op.Approximate == GeluApproximation.Tanh ? functional.gelu(x[0], TorchSharp.Modules.GELU.Approximate.tanh) : functional.gelu(x[0]);
}
