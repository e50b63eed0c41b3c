using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Global pooling in TorchSharp.</summary>
internal sealed class GlobalPoolTorch : TorchLowering<GlobalPool>
{
    protected override Tensor Forward(GlobalPool op, TorchLayer layer, Tensor[] x)
    {
        var pooled = GlobalPool.PooledIndices(layer.Plan.Input);
        return op.Kind == "global_avg_pool" ? x[0].mean(pooled, op.KeepDims) : x[0].amax(pooled, op.KeepDims);
    }
}
