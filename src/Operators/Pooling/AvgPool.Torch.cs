using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Average pooling in TorchSharp.</summary>
internal sealed class AvgPoolTorch : TorchLowering<AvgPool>
{
    protected override Tensor Forward(AvgPool op, TorchLayer layer, Tensor[] x)
    {
        var (input, padding) = WindowsTorch.Pad(x[0], op.SpatialRank, op.Window.Along, 0);
        var mean = Pool(op, input, padding);
        if (op.CountIncludePad || op.DivisorOverride is not null || ReferenceEquals(input, x[0]))
            return mean;
        // Padded beforehand, so libtorch took the zeros for input: divide by the part of each window that is not padding.
        var inside = ones_like(x[0].narrow(0, 0, 1).narrow(1, 0, 1));                           // [1, 1, H, W]
        return mean / Pool(op, WindowsTorch.Pad(inside, op.SpatialRank, op.Window.Along, 0).Input, padding);
    }

    private static Tensor Pool(AvgPool op, Tensor x, long[] padding)
    {
        var stride = (op.Stride ?? op.KernelSize).ToArray(op.SpatialRank);
        var ceil = op.CeilMode && !op.Padding.IsSame;
        var kernel = op.KernelSize.ToArray(op.SpatialRank);
        return op.SpatialRank switch
        {
            1 => functional.avg_pool1d(x, kernel[0], stride[0], padding[0], ceil, op.CountIncludePad),
            2 => functional.avg_pool2d(x, kernel, stride, padding, ceil, op.CountIncludePad, op.DivisorOverride),
            _ => functional.avg_pool3d(x, kernel, stride, padding, ceil, op.CountIncludePad, op.DivisorOverride),
        };
    }
}
