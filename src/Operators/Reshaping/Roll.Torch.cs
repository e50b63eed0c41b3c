using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Roll in TorchSharp.</summary>
internal sealed class RollTorch : TorchLowering<Roll>
{
    protected override Tensor Forward(Roll op, TorchLayer layer, Tensor[] x) =>
        x[0].roll(op.Shift, AxesOf.Index(layer.Plan.Input, op.Axis));
}
