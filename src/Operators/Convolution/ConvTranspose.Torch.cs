using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Transposed convolution in TorchSharp.</summary>
internal sealed class ConvTransposeTorch : TorchLowering<ConvTranspose>
{
    protected override Tensor Forward(ConvTranspose op, TorchLayer layer, Tensor[] x)
    {
        var rank = op.SpatialRank;
        var (input, weight, bias) = (layer.Compute(x[0]), layer.Compute(layer["weight"]), op.Bias ? layer.Compute(layer["bias"]) : null);
        return rank == 1
            ? functional.conv_transpose1d(input, weight, bias, op.Stride[0], op.Padding[0], op.OutputPadding[0], op.Dilation[0], op.Groups)
            : functional.conv_transpose2d(input, weight, bias, op.Stride.ToArray(rank), op.Padding.ToArray(rank), op.OutputPadding.ToArray(rank), op.Dilation.ToArray(rank), op.Groups);
    }
}
