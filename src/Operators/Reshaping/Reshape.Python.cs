using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Reshape in PyTorch.</summary>
internal sealed class ReshapePython : PythonForm<Reshape>
{
    protected override string Forward(Reshape op, PythonScope py) => ViewsPython.Reshape(py);
}
