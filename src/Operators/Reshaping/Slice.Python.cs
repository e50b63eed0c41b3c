using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Slice in PyTorch.</summary>
internal sealed class SlicePython : PythonForm<Slice>
{
    protected override string Forward(Slice op, PythonScope py)
    {
        var before = string.Concat(Enumerable.Repeat(":, ", AxesOf.Index(py.Layer.Input, op.Axis)));
        var start = op.Start == 0 ? "" : PythonText.Of(op.Start);
        return $"{py.X}[{before}{start}:{(op.End is { } end ? PythonText.Of(end) : "")}{(op.Step == 1 ? "" : $":{op.Step}")}]";
    }
}
