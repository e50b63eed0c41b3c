using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Steps into the batch, in PyTorch.</summary>
internal sealed class FoldStepsPython : PythonForm<FoldSteps>
{
    protected override string Forward(FoldSteps op, PythonScope py) =>
        $"{StepsPython.Moved(py.X, py.Layer.Input.Index(Axis.Time), 1)}.flatten(0, 1)";          // [N, T, …] -> [N·T, …]
}

/// <summary>Steps out of the batch, in PyTorch.</summary>
internal sealed class UnfoldStepsPython : PythonForm<UnfoldSteps>
{
    protected override string Forward(UnfoldSteps op, PythonScope py)
    {
        var steps = $"{py.Inputs[1]}.shape[{py.Layer.InputShapes[1].Index(Axis.Time)}]";
        return StepsPython.Moved($"{py.X}.unflatten(0, (-1, {steps}))", 1, py.Layer.Output.Index(Axis.Time));
    }
}

file static class StepsPython
{
    public static string Moved(string x, int from, int to) => from == to ? x : $"{x}.movedim({from}, {to})";
}
