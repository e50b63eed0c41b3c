using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Gelu in PyTorch.</summary>
internal sealed class GeluPython : PythonForm<Gelu>
{
    protected override string Forward(Gelu op, PythonScope py) =>
        py.Call(
            new PythonModule("nn.GELU").With(
                "approximate",
                op.Approximate == GeluApproximation.Tanh ? "tanh" : "none",
                unless: "none"
            )
        );
}
