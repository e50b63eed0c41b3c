using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Permute in TorchSharp: a view.</summary>
internal sealed class PermuteTorch : TorchLowering<Permute>
{
    protected override Tensor Forward(Permute op, TorchLayer layer, Tensor[] x) => x[0].permute(op.Order(layer.Plan));
}
