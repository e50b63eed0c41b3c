using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Reading in the other layout, in PyTorch.</summary>
internal sealed class RelabelPython : PythonForm<Relabel>
{
    protected override string Forward(Relabel op, PythonScope py) =>
        string.Join(", ", py.Inputs.Select((x, port) => PythonScope.Permuted(x, Relabel.Order(py.Layer, port))));
}
