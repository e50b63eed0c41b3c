using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Scale and shift in TorchSharp.</summary>
internal sealed class AffineTorch : TorchLowering<Affine>
{
    protected override Tensor Forward(Affine op, TorchLayer layer, Tensor[] x) => (x[0] * op.Scale) + op.Shift;
}
