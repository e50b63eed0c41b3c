using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Stack in TorchSharp.</summary>
internal sealed class StackTorch : TorchLowering<Stack>
{
    protected override Tensor Forward(Stack op, TorchLayer layer, Tensor[] x)
    {
        var (input, output) = (layer.Plan.Input, layer.Plan.Output);
        var written = Array.ConvertAll(x, each => TorchModel.ToWrittenOrder(each, input));
        return TorchModel.ToMemoryOrder(stack(written, op.PlaceIn(output, input)), output);
    }
}
