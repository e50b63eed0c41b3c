using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Embedding in PyTorch.</summary>
internal sealed class EmbeddingPython : PythonForm<Embedding>
{
    protected override string Forward(Embedding op, PythonScope py)
    {
        var vectors = py.Call(
            new PythonModule("nn.Embedding")
                .At("num_embeddings", op.NumEmbeddings)
                .At("embedding_dim", op.EmbeddingDim)
                .With("padding_idx", op.PaddingIdx, unless: null)
        );
        if (op.PaddingIdx is { } padding)
            vectors = $"({vectors} * ({py.X} != {padding}).unsqueeze(-1))";
        return PythonScope.InMemory(vectors, py.Layer.Output);
    }
}
