using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Root mean square normalization in PyTorch, which has had one of its own since 2.4.</summary>
internal sealed class RmsNormPython : PythonForm<RmsNorm>
{
    private const string Source = """
        class RMSNorm(nn.Module):
            def __init__(self, num_features, eps, elementwise_affine=True):
                super().__init__()
                self.weight = nn.Parameter(torch.ones(num_features)) if elementwise_affine else None
                self.eps = eps

            def forward(self, x):
                x = x * (x.square().mean(-1, keepdim=True) + self.eps).rsqrt()
                return x if self.weight is None else x * self.weight
        """;

    protected override string Forward(RmsNorm op, PythonScope py)
    {
        var module = py.Declare(
            new PythonModule(py.Helper("RMSNorm", Source))
                .At("num_features", py.Layer.Input[Axis.Channels].Value)
                .With("eps", op.Eps)
                .With("elementwise_affine", op.ElementwiseAffine, unless: true)
        );
        return py.FeaturesLast(x => $"{module}({x})");
    }
}
