using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Graphs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Planning;

/// <summary>
/// Sees to it that nothing flows in or out of a <c>time_distributed</c> but its input and its output: inside, the batch is that of all
/// steps.
/// </summary>
internal sealed class StepSides(Report report)
{
    private readonly Dictionary<string, string> _inside = [];
    private readonly Dictionary<string, Dim> _steps = [];

    /// <summary>Whether what the layer reads is on its own side; reports what is not.</summary>
    public bool Admit(Layer layer)
    {
        if (layer.Steps is null && _inside.Count == 0)
            return true;
        for (var input = 0; input < layer.Inputs.Length - (layer is { CrossesSteps: true, Inputs.Length: 2 } ? 1 : 0); input++)
        {
            var side = _inside.GetValueOrDefault(layer.Inputs[input].Source);
            if (side == layer.Steps)
                continue;
            report.Error(
                Codes.UnknownInput,
                layer.EdgeOf(input)?.Reference ?? layer.Path,
                side is null
                    ? $"{layer.Name}: {layer.InputName(input)} is outside of {layer.Steps}, whose layers see one step at a time. Join it "
                        + $"before {layer.Steps} or behind it."
                    : $"{layer.Name}: {layer.InputName(input)} is one step inside of {side}. Read {side}, which has all of them.",
                layer.Name
            );
            return false;
        }

        return true;
    }

    /// <summary>How often a layer runs for one sample.</summary>
    public Dim RepeatsOf(Layer layer, Shape[] inputs)
    {
        if (layer.Gives is not { } inside)
            return 1;
        if (layer.CrossesSteps && inputs is [var folded] && folded.Has(Axis.Time))
            _steps[inside] = (layer.Steps is { } outer ? _steps[outer] : 1) * folded[Axis.Time];
        return _steps[inside];
    }

    public void Keep(PlannedLayer planned)
    {
        if (planned.Layer.Gives is { } inside)
            _inside[planned.Name] = inside;
    }

    /// <summary>Reports outputs of the network that are inside.</summary>
    public void Close(IReadOnlyList<GraphOutput> outputs)
    {
        foreach (var output in outputs)
        {
            if (_inside.TryGetValue(output.Wire.Source, out var side))
                report.Error(
                    Codes.NoOutput,
                    SpecPath.Root["outputs"],
                    $"The output '{output.Name}' is one step inside of {side}. Name {side}, which has all of them."
                );
        }
    }
}
