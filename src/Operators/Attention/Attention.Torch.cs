using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Attention without projections in TorchSharp.</summary>
internal sealed class AttentionTorch : TorchLowering<Attention>
{
    protected override Tensor Forward(Attention op, TorchLayer layer, Tensor[] x)
    {
        var (shapes, last) = (layer.Plan.InputShapes, layer.Plan.Input.Rank - 1);
        var bias = x.Length == 4 ? TorchModel.ToWrittenOrder(x[3], shapes[3]) : null;
        if (bias is not null && shapes[3].Rank == shapes[0].Rank)
            bias = bias.unsqueeze(-3);                                                           // [N, …, T, S] -> [N, …, 1, T, S]
        var queries = Heads(0);
        // libtorch divides by the root of a head's features itself.
        if (op.Scale is not null)
            queries = queries * (op.ScaleOf(layer.Plan) * Math.Sqrt(queries.shape[^1]));
        var taken = functional.scaled_dot_product_attention(queries, Heads(1), Heads(2), bias);
        return TorchModel.ToMemoryOrder(taken.transpose(-3, -2).flatten(last), layer.Plan.Output); // [N, …, heads, T, d] -> [N, …, T, V]

        Tensor Heads(int input) =>                                                               // [N, …, T, E] -> [N, …, heads, T, d]
            TorchModel.ToWrittenOrder(x[input], shapes[input]).unflatten(last, [op.NumHeads, -1]).transpose(-3, -2);
    }
}
