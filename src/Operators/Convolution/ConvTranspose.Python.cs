using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Transposed convolution in PyTorch.</summary>
internal sealed class ConvTransposePython : PythonForm<ConvTranspose>
{
    protected override string Forward(ConvTranspose op, PythonScope py)
    {
        var (rank, channels) = (op.SpatialRank, py.Layer.Input[Axis.Channels].Value);
        return py.Call(
            new PythonModule($"nn.ConvTranspose{rank}d")
                .At("in_channels", channels)
                .At("out_channels", op.OutChannels)
                .At("kernel_size", PythonText.Cells(op.KernelSize, rank))
                .With("stride", PythonText.Cells(op.Stride, rank), unless: 1L)
                .With("padding", PythonText.Cells(op.Padding, rank), unless: 0L)
                .With("output_padding", PythonText.Cells(op.OutputPadding, rank), unless: 0L)
                .With("groups", op.Groups.Of(channels), unless: 1L)
                .With("bias", op.Bias, unless: true)
                .With("dilation", PythonText.Cells(op.Dilation, rank), unless: 1L)
        );
    }
}
