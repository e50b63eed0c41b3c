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
        var (input, padding) = WindowsTorch.Pad(x[0], rank, op.WindowOf, 0);
        var (weight, bias) = (layer.Compute(layer["weight"]), op.Bias ? layer.Compute(layer["bias"]) : null);
        input = layer.Compute(input);
        return rank == 1
            ? functional.conv1d(input, weight, bias, op.Stride[0], padding[0], op.Dilation[0], op.Groups)
            : functional.conv2d(input, weight, bias, op.Stride.ToArray(rank), padding, op.Dilation.ToArray(rank), op.Groups);
    }
}
