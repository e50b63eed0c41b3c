using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Cropping in PyTorch: a view.</summary>
internal sealed class CenterCropPython : PythonForm<CenterCrop>
{
    private const string Source = """
        def center_crop(x, size):
            for dim, cells in enumerate(size, 2):
                x = x.narrow(dim, (x.shape[dim] - cells) // 2, cells)
            return x
        """;

    protected override string Forward(CenterCrop op, PythonScope py) =>
        $"{py.Helper("center_crop", Source)}({py.X}, {TargetsPython.SizeOf(op.Size, py)})";
}
