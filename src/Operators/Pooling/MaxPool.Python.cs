using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Max pooling in PyTorch.</summary>
internal sealed class MaxPoolPython : PythonForm<MaxPool>
{
    protected override string Forward(MaxPool op, PythonScope py)
    {
        var rank = op.SpatialRank;
        var (input, padding) = WindowsPython.Pad(py, op.Window, MaxPool.Lowest);
        var kernel = PythonText.Cells(op.KernelSize, rank);
        return py.Call(
            new PythonModule($"nn.MaxPool{rank}d")
                .At("kernel_size", kernel)
                .With("stride", PythonText.Cells(op.Stride ?? op.KernelSize, rank), unless: kernel)
                .With("padding", padding, unless: 0L)
                .With("dilation", PythonText.Cells(op.Dilation, rank), unless: 1L)
                .With("ceil_mode", op.CeilMode && !op.Padding.IsSame, unless: false),
            input
        );
    }
}
