using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>An original with one edit.</summary>
/// <param name="Class">A class of the README's list; equivalent for an edit that is meant to change nothing.</param>
/// <param name="Edit">What was done, for the listing: <c>stride 1 to 2</c>.</param>
/// <param name="Make">Makes the edited spec; most mutants of a network are never asked for it.</param>
/// <param name="Pointer">The edited or inserted layer as it stands in the edited spec; null for an input.</param>
public sealed record Mutant(string Class, string Edit, OriginalNetwork Original, Func<JsonObject> Make, string? Pointer)
{
    private JsonObject? _spec;

    public Mutant(string @class, string edit, OriginalNetwork original, JsonObject spec, string? pointer)
        : this(@class, edit, original, () => spec, pointer) { }

    /// <summary>The edited spec.</summary>
    public JsonObject Spec => _spec ??= Make();

    /// <summary>The cause that the edit makes, where the class alone does not say it.</summary>
    public string? Cause { get; init; }

    /// <summary>A layer was taken away: none that is left is to blame, and what stands in its place may be.</summary>
    public bool IsRemoval { get; init; }

    /// <summary>Layers of the original whose shapes a repair need not give back, by name: those taken away, or a gate's.</summary>
    public IReadOnlySet<string> Free { get; init; } = new HashSet<string>();

    /// <summary>
    /// The original with its sizes changed less, the same way: where one of these fits, nothing tells that a farther size was meant.
    /// </summary>
    public IEnumerable<JsonObject> Nearer { get; init; } = [];

    /// <summary>The number of features that the layer now says it reads; null where it says nothing wrong.</summary>
    public long? Declared { get; init; }
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
        return new(Class, $"{edit} at {layer.Pointer}", original, Make, layer.Pointer);

        JsonObject Make()
        {
            var spec = (JsonObject)original.Spec.DeepClone();
            change(layer.In(spec));
            return spec;
        }
    }

    /// <summary>The mutants of another class as this one's, with the cause that each makes.</summary>
    protected IEnumerable<Mutant> Of(Mutation other, OriginalNetwork original) =>
        other.Of(original).Select(mutant => mutant with { Class = Class, Cause = mutant.Cause ?? Labeler.CauseOf(mutant.Class) });

    /// <summary>So many of them, spread over the network.</summary>
    protected static IEnumerable<Mutant> Spread(IEnumerable<Mutant> mutants, int count)
    {
        var all = mutants.ToList();
        return all.Where((_, i) => i % Math.Max(1, all.Count / count) == 0);
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
        original.WrittenLayers.Where(layer => layer.Type is "concat" or "parallel" || IsElementwise(layer));

    protected static bool IsElementwise(WrittenLayer layer) =>
        layer.Type is "add" or "subtract" or "multiply" or "divide" or "average" or "maximum" or "minimum";

    protected static bool IsConv(WrittenLayer layer) => layer.Type is "conv1d" or "conv2d";

    protected static bool IsPool(WrittenLayer layer) => layer.Type is "max_pool1d" or "max_pool2d" or "avg_pool1d" or "avg_pool2d";

    /// <summary>A number that stands there as one; null for a list, a word or nothing.</summary>
    protected static long? Number(JsonObject fields, string attribute) =>
        fields[attribute] is JsonValue value && value.TryGetValue(out long number) ? number : null;

    protected static bool IsChannelsLast(OriginalNetwork original) => (string?)original.Spec["layout"] == "channels_last";
}
