using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Expand in TorchSharp: a view.</summary>
internal sealed class ExpandTorch : TorchLowering<Expand>
{
    protected override Tensor Forward(Expand op, TorchLayer layer, Tensor[] x)
    {
        long[] sizes = [-1, .. op.TensorSizes(layer.Plan)];
        return x[0].expand(sizes);
    }
}
