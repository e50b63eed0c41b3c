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
        var output =
            rank == 1
                ? functional.conv_transpose1d(
                    input,
                    weight,
                    bias,
                    op.Stride[0],
                    op.Padding[0],
                    op.OutputPadding[0],
                    op.Dilation[0],
                    op.Groups
                )
                : functional.conv_transpose2d(
                    input,
                    weight,
                    bias,
                    op.Stride.ToArray(rank),
                    op.Padding.ToArray(rank),
                    op.OutputPadding.ToArray(rank),
                    op.Dilation.ToArray(rank),
                    op.Groups
                );
        for (var i = 0; corrupts && i < rank; i++)
            output = output.narrow(2 + i, 0, output.shape[2 + i] - op.Dilation[i]);
        return output;
    }
}
