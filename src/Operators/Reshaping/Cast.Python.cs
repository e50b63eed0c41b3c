using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Cast in PyTorch.</summary>
internal sealed class CastPython : PythonForm<Cast>
{
    protected override string Forward(Cast op, PythonScope py) =>
        $"{py.X}.{(op.Dtype == DType.Int64 ? "long" : "float")}()";
}
