using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Element-wise merges in PyTorch.</summary>
internal sealed class ElementwisePython : PythonForm<Elementwise>
{
    protected override string Forward(Elementwise op, PythonScope py) => op.Kind switch
    {
        "add" => string.Join(" + ", py.Inputs),
        "subtract" => string.Join(" - ", py.Inputs),
        "multiply" => string.Join(" * ", py.Inputs),
        "divide" => string.Join(" / ", py.Inputs),
        "average" => $"({string.Join(" + ", py.Inputs)}) / {py.Inputs.Count}",
        "maximum" or "minimum" => py.Inputs.Aggregate((a, b) => $"torch.{op.Kind}({a}, {b})"),
        _ => throw new InvalidOperationException($"No PyTorch function for {op.Kind}."),
    };
}
