using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Global pooling in PyTorch.</summary>
internal sealed class GlobalPoolPython : PythonForm<GlobalPool>
{
    protected override string Forward(GlobalPool op, PythonScope py)
    {
        var over = PythonText.Tuple(GlobalPool.PooledIndices(py.Layer.Input)) + (op.KeepDims ? ", keepdim=True" : "");
        return $"{py.X}.{(op.Kind == "global_max_pool" ? "amax" : "mean")}({over})";
    }
}
