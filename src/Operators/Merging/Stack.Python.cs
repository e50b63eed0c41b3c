using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Stack in PyTorch.</summary>
internal sealed class StackPython : PythonForm<Stack>
{
    protected override string Forward(Stack op, PythonScope py)
    {
        var (input, output) = (py.Layer.Input, py.Layer.Output);
        var written = py.Inputs.Select(x => PythonScope.Written(x, input));
        return PythonScope.InMemory($"torch.stack([{string.Join(", ", written)}], {op.PlaceIn(output, input)})", output);
    }
}
