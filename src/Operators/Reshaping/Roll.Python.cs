using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Roll in PyTorch.</summary>
internal sealed class RollPython : PythonForm<Roll>
{
    protected override string Forward(Roll op, PythonScope py) =>
        $"{py.X}.roll({op.Shift}, {AxesOf.Index(py.Layer.Input, op.Axis)})";
}
