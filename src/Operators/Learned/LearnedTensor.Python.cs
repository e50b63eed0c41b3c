using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>A tensor of the network's own in PyTorch, stretched over the batch.</summary>
internal sealed class LearnedTensorPython : PythonForm<LearnedTensor>
{
    protected override string Forward(LearnedTensor op, PythonScope py)
    {
        var tensor = py.DeclareTensor(py.Layer.Parameters[0]);
        var kept = string.Concat(Enumerable.Repeat(", -1", py.Layer.Output.Rank - 1));
        return PythonScope.InMemory($"{tensor}.expand({PythonScope.Batch}{kept})", py.Layer.Output);
    }
}
