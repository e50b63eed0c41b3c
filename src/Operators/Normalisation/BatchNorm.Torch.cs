using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Batch normalisation in TorchSharp; in training it moves the running statistics.</summary>
internal sealed class BatchNormTorch : TorchLowering<BatchNorm>
{
    public override bool TakesBFloat16 => true;

    protected override Tensor Forward(BatchNorm op, TorchLayer layer, Tensor[] x) => functional.batch_norm(
        x[0],
        layer.Parameters.GetValueOrDefault("running_mean")!,
        layer.Parameters.GetValueOrDefault("running_var")!,
        layer.Parameters.GetValueOrDefault("weight"),
        layer.Parameters.GetValueOrDefault("bias"),
        layer.Training || !op.TrackRunningStats,
        op.Momentum,
        op.Eps);
}
