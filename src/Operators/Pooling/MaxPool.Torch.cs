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
        var (kernel, dilation) = (op.KernelSize.ToArray(rank), op.Dilation.ToArray(rank));
        return rank switch
        {
            1 => functional.max_pool1d(input, kernel[0], stride[0], padding[0], dilation[0], ceil),
            2 => functional.max_pool2d(input, kernel, stride, padding, dilation, ceil),
            _ => functional.max_pool3d(input, kernel, stride, padding, dilation, ceil),
        };
    }
}
