using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>The functions without attributes in PyTorch.</summary>
internal sealed class UnaryPython : PythonForm<Unary>
{
    protected override string Forward(Unary op, PythonScope py) => op.Kind switch
    {
        "negative" => $"-{py.X}",
        "abs" or "exp" or "log" or "sqrt" or "square" or "reciprocal" or "erf" => $"{py.X}.{op.Kind}()",
        _ => throw new InvalidOperationException($"No PyTorch function for {op.Kind}."),
    };
}
