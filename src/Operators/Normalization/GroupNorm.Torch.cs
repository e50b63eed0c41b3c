using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Group normalization in TorchSharp.</summary>
internal sealed class GroupNormTorch : TorchLowering<GroupNorm>
{
    protected override Tensor Forward(GroupNorm op, TorchLayer layer, Tensor[] x)
    {
        // libtorch 2.10 dies in the backward pass of a channels-last input that wants no gradient itself; [N, C, H·W] has no such order.
        var asItIs = x[0].requires_grad || x[0].dim() < 4;
        var input = asItIs ? x[0] : x[0].flatten(2);
        return functional
            .group_norm(
                input,
                op.NumGroups,
                layer.Parameters.GetValueOrDefault("weight"),
                layer.Parameters.GetValueOrDefault("bias"),
                op.Eps
            )
            .reshape(x[0].shape);
    }
}
