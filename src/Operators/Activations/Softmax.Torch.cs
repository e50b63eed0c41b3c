using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Softmax in TorchSharp.</summary>
internal sealed class SoftmaxTorch : TorchLowering<Softmax>
{
    protected override Tensor Forward(Softmax op, TorchLayer layer, Tensor[] x)
    {
        var index = AxesOf.Index(layer.Plan.Input, op.Axis);
        return op.Kind == "softmax" ? functional.softmax(x[0], index) : functional.log_softmax(x[0], index);
    }
}
