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
        var corrupts = StridedPointTorch.Corrupts(op.KernelSize.ToArray(rank), op.Stride.ToArray(rank), weight.shape[1]);
        if (corrupts)
            // a second tap of zeros
            weight = functional.pad(weight, [.. Enumerable.Repeat(new long[] { 0, 1 }, rank).SelectMany(side => side)]);
        var (stride, padding, dilation) = (op.Stride.ToArray(rank), op.Padding.ToArray(rank), op.Dilation.ToArray(rank));
        var (more, groups) = (op.OutputPadding.ToArray(rank), op.Groups.Of(x[0].shape[1]));
        var output = rank switch
        {
            1 => functional.conv_transpose1d(input, weight, bias, stride[0], padding[0], more[0], dilation[0], groups),
            2 => functional.conv_transpose2d(input, weight, bias, stride, padding, more, dilation, groups),
            _ => functional.conv_transpose3d(input, weight, bias, stride, padding, more, dilation, groups),
        };
        for (var i = 0; corrupts && i < rank; i++)
            output = output.narrow(2 + i, 0, output.shape[2 + i] - op.Dilation[i]);
        return output;
    }
}
