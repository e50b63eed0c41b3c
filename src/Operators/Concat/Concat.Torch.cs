using ConcatService.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Concat in TorchSharp. The shape rule is in Concat.cs; nothing is checked again here.</summary>
internal sealed class ConcatTorch : TorchLowering<Concat>
{
    protected override Tensor Forward(Concat op, TorchLayer layer, Tensor[] x) =>
        torch.cat(x, layer.Plan.Output.IndexOfPosition(op.Axis.PositionIn(layer.Plan.Input)!.Value));
}
