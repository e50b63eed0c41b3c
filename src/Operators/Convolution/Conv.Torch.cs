using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Convolution in TorchSharp.</summary>
internal sealed class ConvTorch : TorchLowering<Conv>
{
    protected override Tensor Forward(Conv op, TorchLayer layer, Tensor[] x)
    {
        var rank = op.SpatialRank;
        var (input, padding) =
            op.PaddingMode == PaddingFill.Zeros
                ? WindowsTorch.Pad(x[0], rank, op.Window.Along, 0)
                : (WindowsTorch.Fill(x[0], rank, op.Window.Along, op.PaddingMode), new long[rank]);
        var (weight, bias) = (layer.Compute(layer["weight"]), op.Bias ? layer.Compute(layer["bias"]) : null);
        input = layer.Compute(input);
        var (stride, groups) = (op.Stride.ToArray(rank), op.Groups.Of(x[0].shape[1]));
        if (padding.All(cells => cells == 0) && StridedPointTorch.Corrupts(op.KernelSize.ToArray(rank), stride, weight.shape[1]))
        {
            for (var i = 0; i < rank; i++)
                input = input.slice(2 + i, 0, long.MaxValue, stride[i]);
            Array.Fill(stride, 1);
        }

        var dilation = op.Dilation.ToArray(rank);
        return rank switch
        {
            1 => functional.conv1d(input, weight, bias, stride[0], padding[0], dilation[0], groups),
            2 => functional.conv2d(input, weight, bias, stride, padding, dilation, groups),
            _ => functional.conv3d(input, weight, bias, stride, padding, dilation, groups),
        };
    }
}
