using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Max pooling in TorchSharp.</summary>
internal sealed class MaxPoolTorch : TorchLowering<MaxPool>
{
    protected override Tensor Forward(MaxPool op, TorchLayer layer, Tensor[] x)
    {
        var rank = op.SpatialRank;
        var (input, padding) = WindowsTorch.Pad(x[0], rank, op.Window.Along, MaxPool.Lowest);
        var stride = (op.Stride ?? op.KernelSize).ToArray(rank);
        var ceil = op.CeilMode && !op.Padding.IsSame;
        return rank == 1
            ? functional.max_pool1d(input, op.KernelSize[0], stride[0], padding[0], op.Dilation[0], ceil)
            : functional.max_pool2d(input, op.KernelSize.ToArray(rank), stride, padding, op.Dilation.ToArray(rank), ceil);
    }
}
