using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Layer normalization in PyTorch, whose own has had a bias to leave out since 2.1 alone.</summary>
internal sealed class LayerNormPython : PythonForm<LayerNorm>
{
    private const string WithoutBias = """
        class LayerNormWithoutBias(nn.Module):
            def __init__(self, num_features, eps=1e-05):
                super().__init__()
                self.weight = nn.Parameter(torch.ones(num_features))
                self.eps = eps

            def forward(self, x):
                return F.layer_norm(x, self.weight.shape, self.weight, eps=self.eps)
        """;

    protected override string Forward(LayerNorm op, PythonScope py)
    {
        var whole = op.Bias || !op.ElementwiseAffine;
        var module = new PythonModule(whole ? "nn.LayerNorm" : py.Helper("LayerNormWithoutBias", WithoutBias))
            .At(whole ? "normalized_shape" : "num_features", py.Layer.Input[Axis.Channels].Value)
            .With("eps", op.Eps, unless: 1e-5);
        if (whole)
            module.With("elementwise_affine", op.ElementwiseAffine, unless: true);
        var declared = py.Declare(module);
        return py.FeaturesLast(x => $"{declared}({x})");
    }
}
