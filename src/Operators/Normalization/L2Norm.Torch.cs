using ConcatService.Domain.Shapes;
using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Normalization by length in TorchSharp.</summary>
internal sealed class L2NormTorch : TorchLowering<L2Norm>
{
    protected override Tensor Forward(L2Norm op, TorchLayer layer, Tensor[] x) =>
        functional.normalize(x[0], 2, layer.Plan.Input.Index(Axis.Channels), op.Eps) * NormsTorch.AlongFeatures(layer, "weight");
}
