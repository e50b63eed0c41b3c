using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Flatten in PyTorch.</summary>
internal sealed class FlattenPython : PythonForm<Flatten>
{
    protected override string Forward(Flatten op, PythonScope py) => ViewsPython.Reshape(py);
}
