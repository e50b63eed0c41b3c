using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Reading in the other layout, in TorchSharp: views.</summary>
internal sealed class RelabelTorch : TorchLowering<Relabel>
{
    protected override Tensor[] ForwardAll(Relabel op, TorchLayer layer, Tensor[] x) =>
        [.. x.Select((input, port) => input.permute(Relabel.Order(layer.Plan, port)))];

    protected override Tensor Forward(Relabel op, TorchLayer layer, Tensor[] x) => ForwardAll(op, layer, x)[0];
}
