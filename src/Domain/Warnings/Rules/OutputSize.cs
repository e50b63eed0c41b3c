using System.Globalization;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;
using ConcatService.Domain.Symbols;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>A network that gives back its input's size gives another one where a stride rounds: 127 goes in, and 128 comes out.</summary>
internal sealed class OutputSize : WarningRule
{
    public override Code Code { get; } =
        new(
            "train.output_size",
            "For some input sizes, the output is larger or smaller than the input, because a stride rounds the size on the way down. A "
                + "label "
                + "map of the input's size then does not fit the output."
        );

    internal override void Look(Flow flow, List<Warning> found)
    {
        for (var i = 0; i < flow.Compiled.Graph.Outputs.Count; i++)
        {
            var output = flow.Compiled.Graph.Outputs[i];
            var shape = flow.Compiled.Plan!.Shapes[output.Wire];
            var at = shape.SpatialAxes.Any() ? Array.FindLastIndex(flow.Layers, layer => layer.Name == output.Wire.Source) : -1;
            foreach (var input in at < 0 ? [] : flow.Inputs)
            {
                if (input.Shape.SameAxes(shape) && Differing(flow, at, input, shape) is { } numbers)
                {
                    var (place, name) = (i, input.Name);
                    found.Add(
                        At(flow, at, numbers, $"Crop or resize it to the size of {name}, or promise sizes that come out unchanged.") with
                        {
                            Fixes = () => [Resized(flow, at, place, name)],
                        }
                    );
                    break;
                }
            }
        }
    }

    private static string? Differing(Flow flow, int at, InputSpec input, Shape shape)
    {
        foreach (var axis in shape.SpatialAxes)
        {
            var (before, after) = (input.Shape[axis], shape[axis]);
            if (before == after)
                continue;
            if (before.Known is { } given && after.Known is { } comes)
                return Returns(flow, at, axis, input)
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"a {axis.Name()} of {given} comes out as {comes}, because a stride rounds on the way."
                    )
                    : null;
            // A pyramid's levels are meant to be smaller: what grows apart from the input is no rounding.
            if (!after.Symbols.SequenceEqual(before.Symbols) || (after - before).Cycle(SizeSet.MostEntries) is not (_, 0))
                continue;
            var decision = flow.Compiled.Planned.Conditions.Decide(Requirement.Equal(after, before));
            if (decision.Answer != Answer.Sometimes)
                continue;
            var sizes = decision.Counterexample(flow.Compiled.Planned.Conditions.Symbols);
            var (taken, made) = (before.Evaluate(symbol => sizes[symbol]), after.Evaluate(symbol => sizes[symbol]));
            return $"its {axis.Name()}, {after}, is that of {input.Name} only where {decision.Condition}: "
                + $"{taken} is accepted and comes out as {made}.";
        }

        return null;
    }

    /// <summary>Whether all strides and factors on the way from the input cancel out, so that only rounding makes the difference.</summary>
    private static bool Returns(Flow flow, int at, Axis axis, InputSpec input)
    {
        var (scale, rounds) = (Ratio.One, false);
        while (!flow.IsInput(at))
        {
            var layer = flow.Layers[at];
            if (!layer.Input.Has(axis) || !layer.Output.Has(axis))
                return false;
            var step = new Step(layer, layer.Operator.RescalingOf(axis, layer), layer.Input[axis], layer.Output[axis]);
            (scale, rounds) = (scale * step.Scale, rounds || step.Rounds);
            if (step.PaddingLoss != 0 || flow.Sources(at).Length == 0)
                return false;
            at = flow.Sources(at)[0];
        }

        return rounds && scale == Ratio.One && flow.Inputs[at - flow.Layers.Length].Name == input.Name;
    }

    private static Candidate Resized(Flow flow, int at, int place, string input)
    {
        var name = flow.NameOf(at);
        var layer = new JsonObject
        {
            ["name"] = $"{name.Split('/')[^1]}_resized",
            ["type"] = "upsample",
            ["inputs"] = new JsonArray(name),
            ["size"] = new JsonObject { ["like"] = input },
        };
        var patch = new JsonArray(
            new JsonObject
            {
                ["op"] = "add",
                ["path"] = "/layers/-",
                ["value"] = layer,
            }
        );
        if (flow.Compiled.Spec.Outputs is { } outputs)
            patch.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["op"] = "replace",
                        ["path"] = outputs[place].Path.ToString(),
                        ["value"] = (string)layer["name"]!,
                    }
            );
        return new(
            $"resize-{Words.Slug(name)}",
            FixKind.Adapter,
            $"Resize {name} to the size of {input}",
            $"{name} comes out as large as {input} whatever its size is; where they were equal, nothing changes.",
            Loss.Resampled,
            patch
        );
    }
}
