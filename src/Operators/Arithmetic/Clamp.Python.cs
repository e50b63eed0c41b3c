using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Limits in PyTorch.</summary>
internal sealed class ClampPython : PythonForm<Clamp>
{
    protected override string Forward(Clamp op, PythonScope py) =>
        $"{py.X}.clamp(min={PythonText.Of(op.Min)}, max={PythonText.Of(op.Max)})";
}
