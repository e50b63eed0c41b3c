using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>Something in the other layout: a layer's data_format, a permute on the way into a merge, an input's shape.</summary>
public sealed class LayoutMutation : Mutation
{
    public override string Class => "layout";

    public override IEnumerable<Mutant> Of(OriginalNetwork original)
    {
        var isLast = IsChannelsLast(original);
        foreach (var layer in original.WrittenLayers.Where(layer => IsConv(layer) || IsPool(layer) || layer.Type == "upsample"))
            yield return Edit(
                    original,
                    layer,
                    "data_format",
                    fields => fields["data_format"] = isLast ? "channels_first" : "channels_last"
                );
        foreach (var merge in Merges(original))
        {
            JsonArray Dims(int rank) => rank == 3 ? new(0, 2, 1) : isLast ? new(0, 3, 1, 2) : new(0, 2, 3, 1);
            foreach (var rank in new[] { 4, 3 })
            {
                foreach (
                    var mutant in Insert(
                        original,
                        merge,
                        $"permute of rank {rank}",
                        () => new() { ["type"] = "permute", ["dims"] = Dims(rank) }
                    )
                )
                    yield return mutant;
            }
        }

        foreach (var (name, input) in (JsonObject)original.Spec["inputs"]!)
        {
            if (input!["shape"] is not JsonArray { Count: > 1 } shape)
                continue;
            var spec = (JsonObject)original.Spec.DeepClone();
            var sizes = shape.Select(size => size!.DeepClone()).ToList();
            spec["inputs"]![name]!["shape"] = new JsonArray(isLast ? [sizes[^1], .. sizes[..^1]] : [.. sizes[1..], sizes[0]]);
            yield return new(Class, $"shape of {name} turned", original, spec, null);
        }
    }
}
