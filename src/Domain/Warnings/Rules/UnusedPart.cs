using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>A part of a split that no layer reads.</summary>
internal sealed class UnusedPart : WarningRule
{
    public override Code Code { get; } =
        new("train.unused_part", "No layer reads this part of a split: it is computed and discarded.");

    internal override void Look(Flow flow, List<Warning> found)
    {
        if (flow.Splits.Count == 0)
            return;
        HashSet<Wire> read =
        [
            .. flow.Layers.SelectMany(reader => reader.Inputs),
            .. flow.Compiled.Plan!.Outputs.Select(output => output.Wire),
        ];
        foreach (var i in flow.Splits)
        {
            var layer = flow.Layers[i];
            if (flow.Uses[i] == 0)                                                // an unused layer as a whole
                continue;
            for (var port = 0; port < layer.Outputs.Length; port++)
            {
                if (!read.Contains(new(layer.Name, port)))
                    found.Add(
                        At(
                            flow,
                            i,
                            $"nothing reads its part {flow.NameOf(i)}:{port}, {layer.Outputs[port].Sizes} of {layer.Input.Sizes}.",
                            $"Name {flow.NameOf(i)}:{port} where it belongs, or use a slice instead of the split."
                        )
                    );
            }
        }
    }
}
