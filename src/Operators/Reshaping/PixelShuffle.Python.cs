using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Pixel shuffling in PyTorch.</summary>
internal sealed class PixelShufflePython : PythonForm<PixelShuffle>
{
    protected override string Forward(PixelShuffle op, PythonScope py) =>
        py.Call(new PythonModule(op.Kind == "pixel_shuffle" ? "nn.PixelShuffle" : "nn.PixelUnshuffle").At("factor", op.Factor));
}
