using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Convolution in PyTorch.</summary>
internal sealed class ConvPython : PythonForm<Conv>
{
    protected override string Forward(Conv op, PythonScope py)
    {
        var (rank, channels) = (op.SpatialRank, py.Layer.Input[Axis.Channels].Value);
        var mode = op.PaddingMode switch
        {
            PaddingFill.Reflect => "reflect",
            PaddingFill.Replicate => "replicate",
            PaddingFill.Circular => "circular",
            _ => "constant",
        };
        var (input, padding) = WindowsPython.Pad(py, op.Window, 0, mode);
        if (op.Padding.IsSame && mode is "constant" && op.Stride.ToArray(rank).All(cells => cells == 1))
            (input, padding) = (py.X, "same");
        return py.Call(
            new PythonModule($"nn.Conv{rank}d")
                .At("in_channels", channels)
                .At("out_channels", op.OutChannels)
                .At("kernel_size", PythonText.Cells(op.KernelSize, rank))
                .With("stride", PythonText.Cells(op.Stride, rank), unless: 1L)
                .With("padding", padding, unless: 0L)
                .With("dilation", PythonText.Cells(op.Dilation, rank), unless: 1L)
                .With("groups", op.Groups.Of(channels), unless: 1L)
                .With("bias", op.Bias, unless: true),
            input
        );
    }
}
