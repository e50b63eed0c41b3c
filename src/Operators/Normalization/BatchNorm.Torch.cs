using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Batch normalization in TorchSharp; in training it moves the running statistics.</summary>
internal sealed class BatchNormTorch : TorchLowering<BatchNorm>
{
    protected override Tensor Forward(BatchNorm op, TorchLayer layer, Tensor[] x) => functional.batch_norm(
        x[0],
        layer.Parameters.GetValueOrDefault("running_mean")!,
        layer.Parameters.GetValueOrDefault("running_var")!,
        layer.Parameters.GetValueOrDefault("weight"),
        layer.Parameters.GetValueOrDefault("bias"),
        layer.Training || !op.TrackRunningStats,
        op.Momentum ?? NewestShare(layer),
        op.Eps);

    /// <summary>1/n for the nth batch, so that the statistics are the mean of all of them. Reading n waits for the device.</summary>
    private static double NewestShare(TorchLayer layer)
    {
        if (!layer.Training || layer.Parameters.GetValueOrDefault("num_batches_tracked") is not { } batches)
            return 0;
        using var _ = no_grad();
        return 1 / (double)batches.add_(1).item<float>();
    }
}
