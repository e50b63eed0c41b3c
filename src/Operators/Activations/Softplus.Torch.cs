using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Softplus in TorchSharp.</summary>
internal sealed class SoftplusTorch : TorchLowering<Softplus>
{
    protected override Tensor Forward(Softplus op, TorchLayer layer, Tensor[] x) => functional.softplus(x[0], op.Beta, op.Threshold);
}
