using System.Globalization;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Fixes;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>A layer that nothing reads and that is no output: it is computed, and never trained.</summary>
internal sealed class UnusedLayer : WarningRule
{
    public override Code Code { get; } =
        new(
            "train.unused_layer",
            "No layer reads this layer and it is not an output: its weights get no gradient. Most often, a branch was forgotten in a merge."
        );

    internal override void Look(Flow flow, List<Warning> found)
    {
        for (var i = 0; i < flow.Layers.Length; i++)
        {
            if (flow.Uses[i] == 0)
                found.Add(Unused(flow, i));
        }
    }

    private Warning Unused(Flow flow, int end)
    {
        var dead = OnlyFor(flow, end);
        var parameters = dead.Sum(layer => flow.Layers[layer].ParameterCount);
        var kind = flow.Layers[end].Operator.Kind;
        var others = dead.Count > 1 ? $"; {dead.Count} layers end here" : "";
        var whose = dead.Count > 1 ? "their" : "its";
        var lost = parameters > 0
            ? string.Create(CultureInfo.InvariantCulture, $", and {whose} {parameters:N0} parameters get no gradient")
            : "";
        return At(
            flow,
            end,
            $"no layer reads this {kind} ({flow.Layers[end].Output.Sizes}) and it is not an output{others}{lost}.",
            "Name it in the inputs of the layer that should read it, or in 'outputs', or remove it."
        ) with
        {
            Fixes = () => RepeatedInput.Naming(flow, end).Concat(Fixes(flow, end, dead)),
        };
    }

    /// <summary>The layer with all before it that nothing else reads.</summary>
    private static List<int> OnlyFor(Flow flow, int end)
    {
        var dead = new List<int> { end };
        var left = new Dictionary<int, int>();
        for (var next = 0; next < dead.Count; next++)
        {
            foreach (var source in flow.Sources(dead[next]))
            {
                if (flow.IsInput(source))
                    continue;
                left[source] = left.GetValueOrDefault(source, flow.Uses[source]) - 1;
                if (left[source] == 0)
                    dead.Add(source);
            }
        }

        return dead;
    }

    private static IEnumerable<Candidate> Fixes(Flow flow, int end, List<int> dead)
    {
        var paths = dead.Select(layer => flow.Layers[layer].Path)
            .DistinctBy(path => path.ToString())
            .Where(path => path.Index >= 0)
            .ToList();
        // A block's layer may be unused here and used where the block stands a second time.
        var gone = dead.ToHashSet();
        if (
            Enumerable
                .Range(0, flow.Layers.Length)
                .Any(layer => !gone.Contains(layer) && paths.Any(path => flow.Layers[layer].Path.ToString() == path.ToString()))
        )
            yield break;
        var patch = new JsonArray();
        foreach (
            var path in paths
                .Where(path => !paths.Any(outer => IsInside(path, outer)))
                .OrderBy(path => path.Parent!.ToString(), StringComparer.Ordinal)
                .ThenByDescending(path => path.Index)
        )
            patch.Add((JsonNode)new JsonObject { ["op"] = "remove", ["path"] = path.ToString() });
        yield return new(
            $"remove-{Words.Slug(flow.NameOf(end))}",
            FixKind.Drop,
            $"Remove {flow.NameOf(end)}",
            "The network's output does not change; the untrained weights are removed.",
            Loss.None,
            patch
        );
    }

    private static bool IsInside(SpecPath path, SpecPath outer)
    {
        for (var at = path.Parent; at is not null; at = at.Parent)
        {
            if (at.ToString() == outer.ToString())
                return true;
        }

        return false;
    }
}
