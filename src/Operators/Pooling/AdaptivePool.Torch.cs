using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Adaptive pooling in TorchSharp.</summary>
internal sealed class AdaptivePoolTorch : TorchLowering<AdaptivePool>
{
    protected override Tensor Forward(AdaptivePool op, TorchLayer layer, Tensor[] x) => (op.IsMax, op.SpatialRank) switch
    {
        (false, 1) => functional.adaptive_avg_pool1d(x[0], op.OutputSize[0]),
        (false, _) => functional.adaptive_avg_pool2d(x[0], op.OutputSize.ToArray(2)),
        (true, 1) => functional.adaptive_max_pool1d(x[0], op.OutputSize[0]),
        (true, _) => functional.adaptive_max_pool2d(x[0], op.OutputSize.ToArray(2)),
    };
}
