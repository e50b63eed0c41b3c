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
        var (input, padding) = WindowsTorch.Pad(x[0], rank, op.Window.Along, 0);
        var (weight, bias) = (layer.Compute(layer["weight"]), op.Bias ? layer.Compute(layer["bias"]) : null);
        input = layer.Compute(input);
        var stride = op.Stride.ToArray(rank);
        if (padding.All(cells => cells == 0) && StridedPointTorch.Corrupts(op.KernelSize.ToArray(rank), stride, weight.shape[1]))
        {
            for (var i = 0; i < rank; i++)
                input = input.slice(2 + i, 0, long.MaxValue, stride[i]);
            Array.Fill(stride, 1);
        }

        return rank == 1
            ? functional.conv1d(input, weight, bias, stride[0], padding[0], op.Dilation[0], op.Groups)
            : functional.conv2d(input, weight, bias, stride, padding, op.Dilation.ToArray(rank), op.Groups);
    }
}
