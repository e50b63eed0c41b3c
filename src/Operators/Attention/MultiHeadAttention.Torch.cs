using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Attention in TorchSharp.</summary>
internal sealed class MultiHeadAttentionTorch : TorchLowering<MultiHeadAttention>
{
    protected override Tensor Forward(MultiHeadAttention op, TorchLayer layer, Tensor[] x)
    {
        var weights = layer["in_proj_weight"].chunk(3);
        var biases = op.Bias ? layer["in_proj_bias"].chunk(3) : null;
        var taken = functional.scaled_dot_product_attention(
            Heads(0, x[0]),
            Heads(1, x[Math.Min(1, x.Length - 1)]),
            Heads(2, x[^1]),
            p: layer.Training ? op.Dropout : 0
        );
        var joined = taken.transpose(1, 2).flatten(2); // [N, heads, T, d] -> [N, T, E]
        return functional.linear(joined, layer["out_proj.weight"], op.Bias ? layer["out_proj.bias"] : null).transpose(1, 2);

        Tensor Heads(int which, Tensor input) =>                                                 // [N, E, S] -> [N, heads, S, d]
            functional.linear(input.transpose(1, 2), weights[which], biases?[which]).unflatten(2, [op.NumHeads, -1]).transpose(1, 2);
    }
}
