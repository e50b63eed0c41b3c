using ConcatService.Domain.Shapes;
using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Root mean square normalization in TorchSharp.</summary>
internal sealed class RmsNormTorch : TorchLowering<RmsNorm>
{
    protected override Tensor Forward(RmsNorm op, TorchLayer layer, Tensor[] x)
    {
        var index = layer.Plan.Input.Index(Axis.Channels);
        var normal = x[0] * (x[0].square().mean([index], true) + op.Eps).rsqrt();              // [N, C, …] · [N, 1, …]
        return op.ElementwiseAffine ? normal * NormsTorch.AlongFeatures(layer, "weight") : normal;
    }
}
