using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Attention without projections in PyTorch.</summary>
internal sealed class AttentionPython : PythonForm<Attention>
{
    private const string Attend = """"
        def attend(query, key, value, heads, scale, bias=None):
            """[N, ..., T, E], [N, ..., S, E] and [N, ..., S, V] give [N, ..., T, V]."""
            query, key, value = (
                each.reshape(*each.shape[:-1], heads, -1).transpose(-3, -2) for each in (query, key, value)
            )
            scores = query @ key.transpose(-2, -1) * scale
            if bias is not None:
                scores = scores + bias
            return (scores.softmax(-1) @ value).transpose(-3, -2).flatten(-2)
        """";

    protected override string Forward(Attention op, PythonScope py)
    {
        var shapes = py.Layer.InputShapes;
        var written = py.Inputs.Select((x, i) => PythonScope.Written(x, shapes[i])).ToList();
        var bias = written.Count < 4 ? "" : shapes[3].Rank == shapes[0].Rank ? $", {written[3]}.unsqueeze(-3)" : $", {written[3]}";
        var taken =
            $"{py.Helper("attend", Attend)}({written[0]}, {written[1]}, {written[2]}, "
            + $"{op.NumHeads}, {PythonText.Of(op.ScaleOf(py.Layer))}{bias})";
        return PythonScope.InMemory(taken, py.Layer.Output);
    }
}
