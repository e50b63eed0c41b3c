using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Global pooling in TorchSharp.</summary>
internal sealed class GlobalPoolTorch : TorchLowering<GlobalPool>
{
    protected override Tensor Forward(GlobalPool op, TorchLayer layer, Tensor[] x)
    {
        var pooled = GlobalPool.PooledIndices(layer.Plan.Input);
        if (op.Kind == "global_max_pool")
            return x[0].amax(pooled, op.KeepDims);
        // The gradient of a mean is a map of its own, channels first, which then meets channels-last ones; that of a sum is a view: up to
        // ten times faster.
        return x[0].sum(pooled, op.KeepDims) / pooled.Aggregate(1L, (count, index) => count * x[0].shape[index]);
    }
}
