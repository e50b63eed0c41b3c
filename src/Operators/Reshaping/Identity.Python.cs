using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Identity in PyTorch.</summary>
internal sealed class IdentityPython : PythonForm<Identity>
{
    protected override string Forward(Identity op, PythonScope py) => py.Call(new("nn.Identity"));
}
