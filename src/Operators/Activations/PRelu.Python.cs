using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>PRelu in PyTorch.</summary>
internal sealed class PReluPython : PythonForm<PRelu>
{
    protected override string Forward(PRelu op, PythonScope py) =>
        py.Call(
            new PythonModule("nn.PReLU")
                .With("num_parameters", op.NumParameters, unless: 1L)
                .With("init", op.Init, unless: 0.25)
        );
}
