using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Embedding in TorchSharp.</summary>
internal sealed class EmbeddingTorch : TorchLowering<Embedding>
{
    protected override Tensor Forward(Embedding op, TorchLayer layer, Tensor[] x)
    {
        var vectors = layer["weight"].index_select(0, x[0].flatten()).reshape([.. x[0].shape, op.EmbeddingDim]);   // [N, T] -> [N, T, C]
        if (op.PaddingIdx is { } padding)
            vectors = vectors * x[0].ne(padding).unsqueeze(-1);
        return TorchModel.ToMemoryOrder(vectors, layer.Plan.Output);
    }
}
