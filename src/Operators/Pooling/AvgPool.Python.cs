using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Average pooling in PyTorch.</summary>
internal sealed class AvgPoolPython : PythonForm<AvgPool>
{
    protected override string Forward(AvgPool op, PythonScope py)
    {
        var rank = op.SpatialRank;
        var (input, padding) = WindowsPython.Pad(py, op.Window, 0);
        var kernel = PythonText.Cells(op.KernelSize, rank);
        var module = new PythonModule($"nn.AvgPool{rank}d")
            .At("kernel_size", kernel)
            .With("stride", PythonText.Cells(op.Stride ?? op.KernelSize, rank), unless: kernel)
            .With("padding", padding, unless: 0L)
            .With("ceil_mode", op.CeilMode && !op.Padding.IsSame, unless: false)
            .With("count_include_pad", op.CountIncludePad, unless: true);
        if (rank > 1)
            module.With("divisor_override", op.DivisorOverride, unless: null);
        var mean = py.Call(module, input);
        if (op.CountIncludePad || op.DivisorOverride is not null || input == py.X)
            return mean;
        // Padded beforehand, so PyTorch takes the zeros for input: divide by the part of each window that is not padding.
        var inside = input.Replace(py.X, $"torch.ones_like({py.X}[:1, :1])", StringComparison.Ordinal);
        return $"{mean} / {py.Call(module, inside)}";
    }
}
