using System.Text.Json.Nodes;
using ConcatService.Faults.Subjects;

namespace ConcatService.Faults.Mutations;

/// <summary>A subject with one edit.</summary>
/// <param name="Class">stride, padding, odd, axis, layout, tap, rank, dtype or symbol; kept for an edit that is meant to change
/// nothing.</param>
/// <param name="Edit">What was done, for the listing: <c>stride 1 to 2</c>.</param>
/// <param name="Spec">The edited spec.</param>
/// <param name="Pointer">The edited or inserted layer as it stands in the edited spec; null for an input.</param>
public sealed record Mutant(string Class, string Edit, Subject Subject, JsonObject Spec, string? Pointer)
{
    /// <summary>The cause that the edit makes, where the class alone does not say it.</summary>
    public string? Cause { get; init; }

    /// <summary>A layer was taken away: none that is left is to blame, and what stands in its place may be.</summary>
    public bool TookAway { get; init; }
}

/// <summary>One way to break a network, or to change it and leave it whole.</summary>
public abstract class Mutation
{
    public abstract string Class { get; }

    /// <summary>Every edit of this kind that the subject has a place for, in the order of the spec.</summary>
    public abstract IEnumerable<Mutant> Of(Subject subject);

    /// <summary>A copy with an edit at one layer.</summary>
    protected Mutant Edit(Subject subject, Site site, string edit, Action<JsonObject> change)
    {
        var spec = (JsonObject)subject.Spec.DeepClone();
        change(site.In(spec));
        return new(Class, $"{edit} at {site.Pointer}", subject, spec, site.Pointer);
    }

    /// <summary>A copy with a layer put on each way into a merge, one at a time.</summary>
    protected IEnumerable<Mutant> Insert(Subject subject, Site merge, string edit, Func<JsonObject> layer)
    {
        if (merge.Type == "parallel")
        {
            for (var branch = 0; branch < ((JsonArray)merge.In(subject.Spec)["branches"]!).Count; branch++)
            {
                var spec = (JsonObject)subject.Spec.DeepClone();
                var list = (JsonArray)merge.In(spec)["branches"]![branch]!;
                list.Add((JsonNode)layer());
                yield return new(
                    Class,
                    $"{edit} at {merge.Pointer}, branch {branch}",
                    subject,
                    spec,
                    $"{merge.Pointer}/branches/{branch}/{list.Count - 1}"
                );
            }
        }
        else if (merge.In(subject.Spec)["inputs"] is JsonArray inputs)
        {
            for (var input = 0; input < inputs.Count; input++)
            {
                var spec = (JsonObject)subject.Spec.DeepClone();
                var inserted = layer();
                inserted["name"] = $"x_{(string)inserted["type"]!}";
                inserted["inputs"] = new JsonArray((string)inputs[input]!);
                merge.In(spec)["inputs"]![input] = (string)inserted["name"]!;
                merge.ListIn(spec).Insert(merge.Index, inserted);
                yield return new(Class, $"{edit} at {merge.Pointer}, input {input}", subject, spec, $"{merge.List}/{merge.Index}");
            }
        }
    }

    protected static IEnumerable<Site> Merges(Subject subject) => subject.Sites.Where(site => site.Type is "concat" or "add" or "parallel");

    protected static bool IsConv(Site site) => site.Type is "conv1d" or "conv2d";

    protected static bool IsPool(Site site) => site.Type is "max_pool1d" or "max_pool2d" or "avg_pool1d" or "avg_pool2d";

    /// <summary>A number that stands there as one; null for a list, a word or nothing.</summary>
    protected static long? Number(JsonObject layer, string attribute) =>
        layer[attribute] is JsonValue value && value.TryGetValue(out long number) ? number : null;

    protected static bool IsChannelsLast(Subject subject) => (string?)subject.Spec["layout"] == "channels_last";
}
