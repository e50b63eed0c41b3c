using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Reductions in PyTorch.</summary>
internal sealed class ReducePython : PythonForm<Reduce>
{
    protected override string Forward(Reduce op, PythonScope py)
    {
        var over = PythonText.Tuple(op.Indices(py.Layer.Input)) + (op.KeepDims ? ", keepdim=True" : "");
        var reduced = op.Op switch
        {
            ReduceOp.Mean => $"{py.X}.mean({over})",
            ReduceOp.Sum => $"{py.X}.sum({over})",
            ReduceOp.Max => $"{py.X}.amax({over})",
            ReduceOp.Min => $"{py.X}.amin({over})",
            ReduceOp.L2 => $"torch.linalg.vector_norm({py.X}, dim={over})",
            _ => throw new InvalidOperationException($"No PyTorch function for {op.Op}."),
        };
        return op.Order(py.Layer) is { } order ? PythonScope.Permuted(reduced, order) : reduced;
    }
}
