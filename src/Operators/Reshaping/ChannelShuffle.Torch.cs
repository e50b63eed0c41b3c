using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Channel shuffling in TorchSharp.</summary>
internal sealed class ChannelShuffleTorch : TorchLowering<ChannelShuffle>
{
    protected override Tensor Forward(ChannelShuffle op, TorchLayer layer, Tensor[] x) =>
        // [N, g, C/g, …] -> [N, C/g, g, …] -> [N, C, …]
        x[0].unflatten(1, [op.Groups, x[0].shape[1] / op.Groups]).transpose(1, 2).flatten(1, 2);
}
