using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Adaptive pooling in PyTorch.</summary>
internal sealed class AdaptivePoolPython : PythonForm<AdaptivePool>
{
    protected override string Forward(AdaptivePool op, PythonScope py) =>
        py.Call(
            new PythonModule($"nn.Adaptive{(op.IsMax ? "Max" : "Avg")}Pool{op.SpatialRank}d").At(
                "output_size",
                PythonText.Cells(op.OutputSize, op.SpatialRank)
            )
        );
}
