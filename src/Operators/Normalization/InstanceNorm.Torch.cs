using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Instance normalization in TorchSharp; in training it moves the running statistics, where there are any.</summary>
internal sealed class InstanceNormTorch : TorchLowering<InstanceNorm>
{
    protected override Tensor Forward(InstanceNorm op, TorchLayer layer, Tensor[] x) => functional.instance_norm(
        x[0],
        layer.Parameters.GetValueOrDefault("running_mean"),
        layer.Parameters.GetValueOrDefault("running_var"),
        layer.Parameters.GetValueOrDefault("weight"),
        layer.Parameters.GetValueOrDefault("bias"),
        layer.Training || !op.TrackRunningStats,
        op.Momentum ?? 0,
        op.Eps);
}
