using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Channel shuffling in PyTorch.</summary>
internal sealed class ChannelShufflePython : PythonForm<ChannelShuffle>
{
    protected override string Forward(ChannelShuffle op, PythonScope py) =>
        // [N, g, C/g, …] -> [N, C/g, g, …] -> [N, C, …]
        $"{py.X}.unflatten(1, ({op.Groups}, {py.Layer.Input[Axis.Channels].Value / op.Groups})).transpose(1, 2).flatten(1, 2)";
}
