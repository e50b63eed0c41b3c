using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Expand in PyTorch: a view.</summary>
internal sealed class ExpandPython : PythonForm<Expand>
{
    protected override string Forward(Expand op, PythonScope py)
    {
        var sizes = Expand.TensorSizes(py.Layer)
            .Select(size => size.Known is { } known ? PythonText.Of(known) : $"{py.Inputs[^1]}.shape[{size.From}]");
        return $"{py.X}.expand(-1, {string.Join(", ", sizes)})";
    }
}
