using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Dropout in PyTorch.</summary>
internal sealed class DropoutPython : PythonForm<Dropout>
{
    protected override string Forward(Dropout op, PythonScope py) =>
        py.Call(
            new PythonModule(op.Kind == "dropout" ? "nn.Dropout" : $"nn.Dropout{Twins.RankOf(op.Kind)}d").At("p", op.P)
        );
}
