using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>A original with one edit.</summary>
/// <param name="Class">stride, padding, odd, axis, layout, tap, rank, dtype or symbol; kept for an edit that is meant to change
/// nothing.</param>
/// <param name="Edit">What was done, for the listing: <c>stride 1 to 2</c>.</param>
/// <param name="Spec">The edited spec.</param>
/// <param name="Pointer">The edited or inserted layer as it stands in the edited spec; null for an input.</param>
public sealed record Mutant(string Class, string Edit, OriginalNetwork Original, JsonObject Spec, string? Pointer)
{
    /// <summary>The cause that the edit makes, where the class alone does not say it.</summary>
    public string? Cause { get; init; }

    /// <summary>A layer was taken away: none that is left is to blame, and what stands in its place may be.</summary>
    public bool IsRemoval { get; init; }
}

/// <summary>One way to break a network, or to change it and leave it whole.</summary>
public abstract class Mutation
{
    public abstract string Class { get; }

    /// <summary>Every edit of this kind that the original has a place for, in the order of the spec.</summary>
    public abstract IEnumerable<Mutant> Of(OriginalNetwork original);

    /// <summary>A copy with an edit at one layer.</summary>
    protected Mutant Edit(OriginalNetwork original, WrittenLayer layer, string edit, Action<JsonObject> change)
    {
        var spec = (JsonObject)original.Spec.DeepClone();
        change(layer.In(spec));
        return new(Class, $"{edit} at {layer.Pointer}", original, spec, layer.Pointer);
    }

    /// <summary>A copy with a layer put on each way into a merge, one at a time.</summary>
    protected IEnumerable<Mutant> Insert(OriginalNetwork original, WrittenLayer merge, string edit, Func<JsonObject> makeLayer)
    {
        if (merge.Type == "parallel")
        {
            for (var branch = 0; branch < ((JsonArray)merge.In(original.Spec)["branches"]!).Count; branch++)
            {
                var spec = (JsonObject)original.Spec.DeepClone();
                var list = (JsonArray)merge.In(spec)["branches"]![branch]!;
                list.Add((JsonNode)makeLayer());
                yield return new(
                    Class,
                    $"{edit} at {merge.Pointer}, branch {branch}",
                    original,
                    spec,
                    $"{merge.Pointer}/branches/{branch}/{list.Count - 1}"
                );
            }
        }
        else if (merge.In(original.Spec)["inputs"] is JsonArray inputs)
        {
            for (var input = 0; input < inputs.Count; input++)
            {
                var spec = (JsonObject)original.Spec.DeepClone();
                var inserted = makeLayer();
                inserted["name"] = $"x_{(string)inserted["type"]!}";
                inserted["inputs"] = new JsonArray((string)inputs[input]!);
                merge.In(spec)["inputs"]![input] = (string)inserted["name"]!;
                merge.ListIn(spec).Insert(merge.Index, inserted);
                yield return new(Class, $"{edit} at {merge.Pointer}, input {input}", original, spec, $"{merge.List}/{merge.Index}");
            }
        }
    }

    protected static IEnumerable<WrittenLayer> Merges(OriginalNetwork original) =>
        original.WrittenLayers.Where(layer => layer.Type is "concat" or "add" or "parallel");

    protected static bool IsConv(WrittenLayer layer) => layer.Type is "conv1d" or "conv2d";

    protected static bool IsPool(WrittenLayer layer) => layer.Type is "max_pool1d" or "max_pool2d" or "avg_pool1d" or "avg_pool2d";

    /// <summary>A number that stands there as one; null for a list, a word or nothing.</summary>
    protected static long? Number(JsonObject fields, string attribute) =>
        fields[attribute] is JsonValue value && value.TryGetValue(out long number) ? number : null;

    protected static bool IsChannelsLast(OriginalNetwork original) => (string?)original.Spec["layout"] == "channels_last";
}
