using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Stochastic depth in PyTorch.</summary>
internal sealed class DropPathPython : PythonForm<DropPath>
{
    private const string Source = """
        class DropPath(nn.Module):
            def __init__(self, p):
                super().__init__()
                self.p = p

            def forward(self, x):
                if not self.training or self.p == 0:
                    return x
                kept = torch.rand([x.shape[0]] + [1] * (x.dim() - 1), device=x.device).ge(self.p)
                return x * kept / (1 - self.p) if self.p < 1 else x * kept
        """;

    protected override string Forward(DropPath op, PythonScope py) =>
        py.Call(new PythonModule(py.Helper("DropPath", Source)).At("p", op.P));
}
