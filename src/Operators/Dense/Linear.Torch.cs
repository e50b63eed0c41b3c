using ConcatService.Domain.Shapes;
using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>A fully connected layer in TorchSharp.</summary>
internal sealed class LinearTorch : TorchLowering<Linear>
{
    protected override Tensor Forward(Linear op, TorchLayer layer, Tensor[] x)
    {
        var index = layer.Plan.Input.Index(Axis.Channels);
        var bias = op.Bias ? layer["bias"] : null;
        return index == layer.Plan.Input.Rank - 1
            ? functional.linear(x[0], layer["weight"], bias)
            : functional.linear(x[0].transpose(index, -1), layer["weight"], bias).transpose(index, -1);    // [N, C, H, W] -> [N, W, H, C] and back
    }
}
