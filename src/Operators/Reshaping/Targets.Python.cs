using ConcatService.Domain.Fields;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Sizes to reach, in PyTorch.</summary>
internal static class TargetsPython
{
    /// <summary>The spatial size asked for as a tuple; the last input's, read when it runs, where it is like that one.</summary>
    public static string SizeOf(TargetSize target, PythonScope py)
    {
        if (target.Like is null)
            return PythonText.Tuple(target.Cells.ToArray(py.Layer.Input.Rank - 2));
        var (like, indices) = (py.Inputs[^1], Targets.IndicesIn(py.Layer));
        return indices.Index().All(each => each.Item == each.Index + 2) && py.Layer.InputShapes[^1].Rank == indices.Length + 2
            ? $"{like}.shape[2:]"
            : PythonText.Tuple(indices.Select(index => $"{like}.shape[{index}]"));
    }
}
