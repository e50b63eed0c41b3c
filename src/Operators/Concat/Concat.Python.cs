using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Concat in PyTorch.</summary>
internal sealed class ConcatPython : PythonForm<Concat>
{
    protected override string Forward(Concat op, PythonScope py) =>
        $"torch.cat([{string.Join(", ", py.Inputs)}], "
            + $"{py.Layer.Output.IndexOfPosition(op.Axis.PositionIn(py.Layer.Input)!.Value)})";
}
