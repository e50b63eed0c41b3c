using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Fixes;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>An input of the network that no layer reads.</summary>
internal sealed class UnusedInput : WarningRule
{
    public override Code Code { get; } =
        new("train.unused_input", "No layer reads this input: every sample must provide it, and it changes nothing.");

    internal override void Look(Flow flow, List<Warning> found)
    {
        for (var i = 0; i < flow.Inputs.Count; i++)
        {
            if (flow.Uses[flow.Layers.Length + i] > 0)
                continue;
            var input = flow.Inputs[i];
            found.Add(
                new(
                    Code,
                    input.Path,
                    null,
                    $"{input.Name}: no layer reads this input of {input.Shape.Sizes}; every sample must provide it, and it changes "
                        + $"nothing.",
                    "Name it in the inputs of a layer, or remove it."
                )
                {
                    Fixes = () =>
                        [
                            new(
                                $"remove-{Words.Slug(input.Name)}",
                                FixKind.Drop,
                                $"Remove {input.Name}, or name it in the inputs of a layer",
                                "The network's output does not change.",
                                Loss.None,
                                [new JsonObject { ["op"] = "remove", ["path"] = input.Path.ToString() }]
                            ),
                        ],
                }
            );
        }
    }
}
