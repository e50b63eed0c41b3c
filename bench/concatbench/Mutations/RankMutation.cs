using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>A branch that was made a vector before it is joined, or one that was not.</summary>
public sealed class RankMutation : Mutation
{
    public override string Class => "rank";

    public override IEnumerable<Mutant> Of(OriginalNetwork original)
    {
        foreach (var merge in Merges(original))
        {
            foreach (var type in new[] { "flatten", "global_avg_pool" })
            {
                foreach (var mutant in Insert(original, merge, type, () => new() { ["type"] = type }))
                    yield return mutant;
            }
        }

        foreach (var layer in original.WrittenLayers.Where(layer => layer.Type is "global_avg_pool" or "global_max_pool"))
        {
            yield return Edit(original, layer, "keep_dims", fields => fields["keep_dims"] = true);
            if (Without(original, layer) is { } spec)
                yield return new(Class, $"{layer.Type} taken away at {layer.Pointer}", original, spec, null) { IsRemoval = true };
        }
    }

    // The layer before it takes its name, so that what reads it reads that.
    private static JsonObject? Without(OriginalNetwork original, WrittenLayer layer)
    {
        var spec = (JsonObject)original.Spec.DeepClone();
        var list = layer.ListIn(spec);
        if (layer.Index == 0 || list[layer.Index]!["inputs"] is not null)
            return null;
        if (list[layer.Index]!["name"] is { } name)
            list[layer.Index - 1]!["name"] = name.DeepClone();
        list.RemoveAt(layer.Index);
        return spec;
    }
}
