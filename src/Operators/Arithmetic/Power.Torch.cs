using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Powers in TorchSharp.</summary>
internal sealed class PowerTorch : TorchLowering<Power>
{
    protected override Tensor Forward(Power op, TorchLayer layer, Tensor[] x) => x[0].pow(op.Exponent);
}
