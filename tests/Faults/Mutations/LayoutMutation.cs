using System.Text.Json.Nodes;
using ConcatService.Faults.Subjects;

namespace ConcatService.Faults.Mutations;

/// <summary>Something in the other layout: a layer's data_format, a permute on the way into a merge, an input's shape.</summary>
public sealed class LayoutMutation : Mutation
{
    public override string Class => "layout";

    public override IEnumerable<Mutant> Of(Subject subject)
    {
        var isLast = IsChannelsLast(subject);
        foreach (var site in subject.Sites.Where(site => IsConv(site) || IsPool(site) || site.Type == "upsample"))
            yield return Edit(subject, site, "data_format", layer => layer["data_format"] = isLast ? "channels_first" : "channels_last");
        foreach (var merge in Merges(subject))
        {
            JsonArray Dims(int rank) => rank == 3 ? new(0, 2, 1) : isLast ? new(0, 3, 1, 2) : new(0, 2, 3, 1);
            foreach (var rank in new[] { 4, 3 })
            {
                foreach (
                    var mutant in Insert(
                        subject,
                        merge,
                        $"permute of rank {rank}",
                        () => new() { ["type"] = "permute", ["dims"] = Dims(rank) }
                    )
                )
                    yield return mutant;
            }
        }

        foreach (var (name, input) in (JsonObject)subject.Spec["inputs"]!)
        {
            if (input!["shape"] is not JsonArray { Count: > 1 } shape)
                continue;
            var spec = (JsonObject)subject.Spec.DeepClone();
            var sizes = shape.Select(size => size!.DeepClone()).ToList();
            spec["inputs"]![name]!["shape"] = new JsonArray(isLast ? [sizes[^1], .. sizes[..^1]] : [.. sizes[1..], sizes[0]]);
            yield return new(Class, $"shape of {name} turned", subject, spec, null);
        }
    }
}
