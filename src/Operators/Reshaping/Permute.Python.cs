using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Permute in PyTorch.</summary>
internal sealed class PermutePython : PythonForm<Permute>
{
    protected override string Forward(Permute op, PythonScope py) => PythonScope.Permuted(py.X, op.Order(py.Layer));
}
