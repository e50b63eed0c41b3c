using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Tile in PyTorch.</summary>
internal sealed class TilePython : PythonForm<Tile>
{
    protected override string Forward(Tile op, PythonScope py)
    {
        var copies = op.TensorRepeats(py.Layer)
            .Select((each, i) => each.Known is { } known
                ? PythonText.Of(known)
                : $"{py.Inputs[^1]}.shape[{each.From}] // {py.X}.shape[{i + 1}]");
        return $"{py.X}.repeat(1, {string.Join(", ", copies)})";
    }
}
