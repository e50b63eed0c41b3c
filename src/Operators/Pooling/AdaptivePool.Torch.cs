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
        (false, 2) => functional.adaptive_avg_pool2d(x[0], op.OutputSize.ToArray(2)),
        (false, _) => functional.adaptive_avg_pool3d(x[0], op.OutputSize.ToArray(3)),
        (true, 1) => functional.adaptive_max_pool1d(x[0], op.OutputSize[0]),
        (true, 2) => functional.adaptive_max_pool2d(x[0], op.OutputSize.ToArray(2)),
        (true, _) => Enumerable.Range(0, 3).Aggregate(x[0], (each, i) => Largest(each, 2 + i, op.OutputSize[i])),
    };

    // TorchSharp 0.107 calls the form for maps. The largest of the largest is the largest.
    private static Tensor Largest(Tensor x, long dimension, long cells)
    {
        var size = x.shape[dimension];
        return cat(
            [
                .. Enumerable
                    .Range(0, (int)cells)
                    .Select(i => (Start: i * size / cells, End: (((i + 1) * size) + cells - 1) / cells))
                    .Select(window => x.narrow(dimension, window.Start, window.End - window.Start).amax([dimension], true)),
            ],
            dimension
        );
    }
}
