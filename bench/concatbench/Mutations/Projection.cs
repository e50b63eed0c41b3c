using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;
using ConcatService.Domain.Operators;
using ConcatService.Operators;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>The 1x1 convolution of a shortcut, with what follows it.</summary>
public static class Projection
{
    /// <summary>
    /// The network without each of its projections before element-wise merges, one at a time: the shortcut is what the projection read.
    /// </summary>
    /// <param name="flat">A network with every input written.</param>
    public static IEnumerable<Mutant> RemovedFrom(OriginalNetwork flat, string @class)
    {
        var byName = flat.Graph.Layers.ToDictionary(layer => layer.Name);
        foreach (var merge in flat.Graph.Layers.Where(layer => layer.Operator is Elementwise))
        {
            for (var input = 0; input < merge.Inputs.Length; input++)
            {
                if (Chain(merge.Inputs[input].Source) is not { } chain)
                    continue;
                var (at, source, removed) = (input, chain[^1].Inputs[0].Source, chain.Select(layer => layer.Name).ToHashSet());
                yield return new(
                    @class,
                    $"without projection {chain[^1].Name}",
                    flat,
                    () => Without(flat, merge.Name, at, source, removed),
                    null
                )
                {
                    IsRemoval = true,
                    Free = removed,
                };
            }
        }

        List<Layer>? Chain(string name)
        {
            var chain = new List<Layer>();
            while (byName.TryGetValue(name, out var layer) && layer.Inputs.Length == 1 && ReadersOf(name) == 1 && chain.Count < 4)
            {
                chain.Add(layer);
                if (layer.Operator is Conv conv)
                    return Enumerable.Range(0, conv.SpatialRank).All(i => conv.KernelSize[i] == 1) ? chain : null;
                if (layer.Operator is not BatchNorm && layer.Operator.Kind is not ("relu" or "silu"))
                    return null;
                name = layer.Inputs[0].Source;
            }

            return null;
        }

        int ReadersOf(string name) => flat.Graph.Layers.Count(layer => layer.Inputs.Any(wire => wire.Source == name));
    }

    private static JsonObject Without(OriginalNetwork flat, string merge, int input, string source, HashSet<string> removed)
    {
        var spec = (JsonObject)flat.Spec.DeepClone();
        var layers = (JsonArray)spec["layers"]!;
        layers.First(layer => (string?)layer!["name"] == merge)!["inputs"]![input] = source;
        layers.RemoveAll(layer => removed.Contains((string)layer!["name"]!));
        return spec;
    }
}
