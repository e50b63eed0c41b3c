using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Softplus in PyTorch.</summary>
internal sealed class SoftplusPython : PythonForm<Softplus>
{
    protected override string Forward(Softplus op, PythonScope py) =>
        py.Call(
            new PythonModule("nn.Softplus").With("beta", op.Beta, unless: 1.0).With("threshold", op.Threshold, unless: 20.0)
        );
}
