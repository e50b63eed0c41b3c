using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Instance normalization in PyTorch.</summary>
internal sealed class InstanceNormPython : PythonForm<InstanceNorm>
{
    protected override string Forward(InstanceNorm op, PythonScope py)
    {
        var rank = py.Layer.Input.Rank - 2;
        var module = new PythonModule($"nn.InstanceNorm{(rank > 3 ? 1 : rank)}d")
            .At("num_features", py.Layer.Input[Axis.Channels].Value)
            .With("eps", op.Eps, unless: 1e-5)
            .With("momentum", op.Momentum ?? 0, unless: 0.1)
            .With("affine", op.Affine, unless: false)
            .With("track_running_stats", op.TrackRunningStats, unless: false);
        return rank > 3 ? $"{py.Call(module, $"{py.X}.flatten(2)")}.reshape({py.X}.shape)" : py.Call(module);
    }
}
