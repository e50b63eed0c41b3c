using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Attention in PyTorch.</summary>
internal sealed class MultiHeadAttentionPython : PythonForm<MultiHeadAttention>
{
    protected override string Forward(MultiHeadAttention op, PythonScope py)
    {
        var module = new PythonModule("nn.MultiheadAttention")
            .At("embed_dim", py.Layer.Input[Axis.Channels].Value)
            .At("num_heads", op.NumHeads)
            .With("dropout", op.Dropout, unless: 0.0)
            .With("bias", op.Bias, unless: true)
            .With("batch_first", true);
        var inputs = new[] { py.X, py.Inputs[Math.Min(1, py.Inputs.Count - 1)], py.Inputs[^1] }.Select(x => $"{x}.transpose(1, 2)");
        return $"{py.Call(module, $"{string.Join(", ", inputs)}, need_weights=False")}[0].transpose(1, 2)";
    }
}
