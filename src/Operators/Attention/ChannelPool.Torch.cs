using ConcatService.Domain.Shapes;
using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Pooling over channels in TorchSharp.</summary>
internal sealed class ChannelPoolTorch : TorchLowering<ChannelPool>
{
    protected override Tensor Forward(ChannelPool op, TorchLayer layer, Tensor[] x)
    {
        long[] features = [layer.Plan.Input.Index(Axis.Channels)];
        return op.Kind == "channel_mean" ? x[0].mean(features, true) : x[0].amax(features, true);
    }
}
