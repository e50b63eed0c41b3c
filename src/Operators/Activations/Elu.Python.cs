using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Elu in PyTorch.</summary>
internal sealed class EluPython : PythonForm<Elu>
{
    protected override string Forward(Elu op, PythonScope py) =>
        py.Call(new PythonModule("nn.ELU").With("alpha", op.Alpha, unless: 1.0));
}
