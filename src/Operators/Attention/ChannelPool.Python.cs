using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Pooling over channels in PyTorch.</summary>
internal sealed class ChannelPoolPython : PythonForm<ChannelPool>
{
    protected override string Forward(ChannelPool op, PythonScope py) =>
        $"{py.X}.{(op.Kind == "channel_mean" ? "mean" : "amax")}({py.Layer.Input.Index(Axis.Channels)}, keepdim=True)";
}
