using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Matrix products in PyTorch.</summary>
internal sealed class MatMulPython : PythonForm<MatMul>
{
    protected override string Forward(MatMul op, PythonScope py)
    {
        var product = $"({Factor(0, op.TransposeA)} @ {Factor(1, op.TransposeB)})";
        return PythonScope.InMemory(product, py.Layer.Output) is var moved && moved == product ? product[1..^1] : moved;

        string Factor(int input, bool transposed)
        {
            var written = PythonScope.Written(py.Inputs[input], py.Layer.InputShapes[input]);
            return transposed ? $"{written}.transpose(-2, -1)" : written;
        }
    }
}
