using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Split in TorchSharp: views.</summary>
internal sealed class SplitTorch : TorchLowering<Split>
{
    protected override Tensor[] ForwardAll(Split op, TorchLayer layer, Tensor[] x)
    {
        var index = AxesOf.Index(layer.Plan.Input, op.Axis);
        return x[0].split(op.Parts(x[0].shape[index]), index);
    }

    protected override Tensor Forward(Split op, TorchLayer layer, Tensor[] x) => ForwardAll(op, layer, x)[0];
}
