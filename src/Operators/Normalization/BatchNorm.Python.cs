using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Batch normalization in PyTorch.</summary>
internal sealed class BatchNormPython : PythonForm<BatchNorm>
{
    protected override string Forward(BatchNorm op, PythonScope py)
    {
        var rank = Math.Max(1, py.Layer.Input.Rank - 2);
        var module = new PythonModule($"nn.BatchNorm{(rank > 3 ? 1 : rank)}d")
            .At("num_features", py.Layer.Input[Axis.Channels].Value)
            .With("eps", op.Eps, unless: 1e-5)
            .With("momentum", op.Momentum, unless: 0.1)
            .With("affine", op.Affine, unless: true)
            .With("track_running_stats", op.TrackRunningStats, unless: true);
        return rank > 3 ? $"{py.Call(module, $"{py.X}.flatten(2)")}.reshape({py.X}.shape)" : py.Call(module);
    }
}
