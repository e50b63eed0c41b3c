using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Powers in PyTorch.</summary>
internal sealed class PowerPython : PythonForm<Power>
{
    protected override string Forward(Power op, PythonScope py) =>
        $"{py.X}.pow({PythonText.Of(op.Exponent)})";
}
