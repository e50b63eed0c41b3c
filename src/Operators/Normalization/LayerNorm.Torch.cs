using ConcatService.Domain.Shapes;
using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Layer normalization in TorchSharp.</summary>
internal sealed class LayerNormTorch : TorchLowering<LayerNorm>
{
    protected override Tensor Forward(LayerNorm op, TorchLayer layer, Tensor[] x)
    {
        var index = layer.Plan.Input.Index(Axis.Channels);
        var last = x[0].transpose(index, -1); // [N, C, H, W] -> [N, W, H, C]
        return functional
            .layer_norm(
                last,
                [last.shape[^1]],
                layer.Parameters.GetValueOrDefault("weight"),
                layer.Parameters.GetValueOrDefault("bias"),
                op.Eps
            )
            .transpose(index, -1);
    }
}
