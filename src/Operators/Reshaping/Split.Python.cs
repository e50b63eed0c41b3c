using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Split in PyTorch.</summary>
internal sealed class SplitPython : PythonForm<Split>
{
    protected override string Forward(Split op, PythonScope py)
    {
        var index = AxesOf.Index(py.Layer.Input, op.Axis);
        return op.Sections.IsOne
            ? $"{py.X}.chunk({op.Sections[0]}, {index})"
            : $"{py.X}.split([{string.Join(", ", op.Sections.ToArray())}], {index})";
    }
}
