using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>A squeeze-and-excitation gate that lost its axes, or has them in the order of the other layout.</summary>
public sealed class GateMutation : Mutation
{
    public override string Class => "gate";

    public override IEnumerable<Mutant> Of(OriginalNetwork original)
    {
        foreach (var (gated, name) in Networks(original, GateStyle.KeepsAxes))
        {
            var pool = Named(gated, $"{name}.squeeze");
            yield return Edit(gated, pool, "keep_dims left out", fields => fields.Remove("keep_dims")) with
            {
                Cause = "rank_difference",
                Free = Gate(name),
            };
        }

        foreach (var (gated, name) in Networks(original, GateStyle.Reshapes))
        {
            var reshape = Named(gated, $"{name}.reshape");
            yield return Edit(gated, reshape, "reshape in the other layout", Turn) with { Cause = "mixed_layout", Free = Gate(name) };
            yield return new(Class, $"without {name}.reshape", gated, () => Without(gated, reshape, name), null)
            {
                Cause = "rank_difference",
                IsRemoval = true,
                Free = Gate(name),
            };
        }
    }

    // What is left to a repair: the axes may come back at the pooling, or behind the two layers.
    private static HashSet<string> Gate(string name) =>
        [.. new[] { "squeeze", "fewer", "act", "more", "sigmoid", "reshape" }.Select(part => $"{name}.{part}")];

    private static IEnumerable<(OriginalNetwork Network, string Gated)> Networks(OriginalNetwork original, GateStyle style)
    {
        foreach (var (gated, name) in GatedNetwork.Of(original, style))
        {
            yield return (gated, name);
            if (gated.Opened is { } opened && opened != gated)
                yield return (opened, name);
        }
    }

    private static WrittenLayer Named(OriginalNetwork network, string name) =>
        network.WrittenLayers.First(layer => (string?)layer.In(network.Spec)["name"] == name);

    private static void Turn(JsonObject reshape)
    {
        var sizes = ((JsonArray)reshape["shape"]!).Select(size => size!.DeepClone()).ToList();
        sizes.Reverse();
        reshape["shape"] = new JsonArray([.. sizes]);
    }

    private static JsonObject Without(OriginalNetwork gated, WrittenLayer reshape, string name)
    {
        var spec = (JsonObject)gated.Spec.DeepClone();
        var layers = (JsonArray)spec["layers"]!;
        layers[reshape.Index + 1]!["inputs"]![1] = $"{name}.sigmoid";
        layers.RemoveAt(reshape.Index);
        return spec;
    }
}
