using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>PRelu in TorchSharp.</summary>
internal sealed class PReluTorch : TorchLowering<PRelu>
{
    protected override Tensor Forward(PRelu op, TorchLayer layer, Tensor[] x) => functional.prelu(x[0], layer["weight"]);
}
