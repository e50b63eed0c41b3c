using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Darknet's reorg in PyTorch.</summary>
internal sealed class ReorgPython : PythonForm<Reorg>
{
    private const string Source = """
        def reorg(x, stride):
            n, c, h, w = x.shape
            x = x.reshape(n, c // stride**2, h, stride, w, stride).permute(0, 3, 5, 1, 2, 4)
            return x.reshape(n, c * stride**2, h // stride, w // stride)
        """;

    protected override string Forward(Reorg op, PythonScope py) => $"{py.Helper("reorg", Source)}({py.X}, {op.Stride})";
}
