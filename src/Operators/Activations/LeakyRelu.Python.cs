using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>LeakyRelu in PyTorch.</summary>
internal sealed class LeakyReluPython : PythonForm<LeakyRelu>
{
    protected override string Forward(LeakyRelu op, PythonScope py) =>
        py.Call(new PythonModule("nn.LeakyReLU").With("negative_slope", op.NegativeSlope, unless: 0.01));
}
