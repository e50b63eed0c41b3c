using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Normalization by length in PyTorch.</summary>
internal sealed class L2NormPython : PythonForm<L2Norm>
{
    private const string Source = """
        class L2Norm(nn.Module):
            def __init__(self, num_features, scale=10.0, eps=1e-12):
                super().__init__()
                self.weight = nn.Parameter(torch.full((num_features,), scale))
                self.eps = eps

            def forward(self, x):
                return F.normalize(x, dim=-1, eps=self.eps) * self.weight
        """;

    protected override string Forward(L2Norm op, PythonScope py)
    {
        var module = py.Declare(
            new PythonModule(py.Helper("L2Norm", Source))
                .At("num_features", py.Layer.Input[Axis.Channels].Value)
                .With("scale", op.Scale, unless: 10.0)
                .With("eps", op.Eps, unless: 1e-12)
        );
        return py.FeaturesLast(x => $"{module}({x})");
    }
}
