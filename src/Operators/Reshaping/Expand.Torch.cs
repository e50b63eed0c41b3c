using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Expand in TorchSharp: a view.</summary>
internal sealed class ExpandTorch : TorchLowering<Expand>
{
    protected override Tensor Forward(Expand op, TorchLayer layer, Tensor[] x)
    {
        long[] sizes = [-1, .. Expand.TensorSizes(layer.Plan).Select(size => size.Known ?? x[^1].shape[size.From])];
        return x[0].expand(sizes);
    }
}
