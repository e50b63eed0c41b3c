using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Slice in TorchSharp: a view.</summary>
internal sealed class SliceTorch : TorchLowering<Slice>
{
    protected override Tensor Forward(Slice op, TorchLayer layer, Tensor[] x) =>
        x[0].slice(AxesOf.Index(layer.Plan.Input, op.Axis), op.Start, op.End ?? long.MaxValue, op.Step);
}
