using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Scale and shift in PyTorch.</summary>
internal sealed class AffinePython : PythonForm<Affine>
{
    protected override string Forward(Affine op, PythonScope py) =>
        $"{py.X} * {PythonText.Of(op.Scale)} + {PythonText.Of(op.Shift)}";
}
