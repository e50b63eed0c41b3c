using System.Globalization;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using static ConcatService.Domain.Fixes.LayerTypes;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Pads the input inside the network to the next size that its strides divide.</summary>
internal sealed class PadInput : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.OddSizeRounding];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        var graph = merge.Compiled.Graph;
        if (
            graph.Inputs is not [{ } input]
            || graph.Layers is not [{ } first, ..]
            || InputSizes.Of(merge) is not { Count: > 0 } sizes
        )
            yield break;
        var axes = input.Shape.SpatialAxes.ToList();
        long[] wanted = [.. axes.Select(axis => sizes[axis].Above)];
        var name = $"{input.Name}_pad";
        if (graph.Layers.Any(layer => layer.Name == name))
            yield break;
        var patch = new JsonArray();
        foreach (
            var reference in graph
                .Layers.SelectMany(layer =>
                    Enumerable
                        .Range(0, layer.Inputs.Length)
                        .Where(i => layer.Inputs[i].Source == input.Name)
                        .Select(i => layer.EdgeOf(i)?.Reference?.ToString())
                )
                .OfType<string>()
                .Distinct()
        )
            patch.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["op"] = "replace",
                        ["path"] = reference,
                        ["value"] = name,
                    }
            );
        patch.Add(
            (JsonNode)
                new JsonObject
                {
                    ["op"] = "add",
                    ["path"] = "/layers/0",
                    ["value"] = new JsonObject
                    {
                        ["name"] = name,
                        ["type"] = Twin("pad", input.Shape),
                        ["inputs"] = new JsonArray(input.Name),
                        ["size"] = EditableAttribute.Spelled(wanted),
                    },
                }
        );
        var size = string.Join('x', wanted);
        yield return new(
            $"pad-input-{size}",
            FixKind.Adapter,
            $"Pad {input.Name} to {size} inside the network",
            string.Create(
                CultureInfo.InvariantCulture,
                $"A border of zeros is added before the first layer, so that every stride divides the size; what comes out is {size} in "
                    + $"size where it had the input's."
            ),
            Loss.MadeUp,
            patch
        )
        {
            IsForOneSize = true,
        };
    }
}
