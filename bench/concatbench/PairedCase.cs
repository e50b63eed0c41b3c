using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench;

/// <summary>Two networks side by side in one spec, with a fault in each that has to be found in the same answer.</summary>
public static class PairedCase
{
    /// <summary>The case; null where the two specs cannot stand side by side.</summary>
    public static Case? Of(Case a, Case b)
    {
        if (!IsPlain(a) || !IsPlain(b) || (string?)a.Spec["layout"] != (string?)b.Spec["layout"] || a.Class == b.Class)
            return null;
        var spec = Beside(a.Spec, b.Spec);
        var original = new OriginalNetwork($"{a.Original.Name} and {b.Original.Name}", Beside(a.Original.Spec, b.Original.Spec));
        var (first, second) = (Moved(a.Label!, "a_", 0), Moved(b.Label!, "b_", ((JsonArray)a.Spec["layers"]!).Count));
        var reference = ReferenceShapes.Of(OriginalNetwork.GraphOf(spec), SymbolSizes.Default);
        var failing = reference.Failing.Select(layer => layer.Name).ToList();
        return failing.Contains(first.Merge) && failing.Contains(second.Merge)
            ? new("two", $"{a.Class} {a.Edit}; {b.Class} {b.Edit}", original, spec, first)
            {
                Other = second,
                Free = a.Free.Select(name => $"a_{name}").Concat(b.Free.Select(name => $"b_{name}")).ToHashSet(),
            }
            : null;
    }

    // Another input size is no edit that a fix would take back. A merge that the spec gives no name is numbered by its place, which is
    // another one then.
    private static bool IsPlain(Case made) =>
        made is { Label: { At: null, Cause: not ("odd_size_rounding" or "one_branch_differs") }, Class: not "declared" }
        && made.Spec["blocks"] is null
        && made.Spec["outputs"] is null
        && !made.Original.HasSymbols
        && Names(made.Spec).Contains(made.Label.Merge);

    private static Label Moved(Label label, string prefix, int by) =>
        label with
        {
            Merge = prefix + label.Merge,
            Blamed = [.. label.Blamed.Select(pointer => pointer is null ? null : MovedPointer(pointer, by))],
        };

    private static string MovedPointer(string pointer, int by)
    {
        var parts = pointer.Split('/');
        var index = int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture) + by;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/layers/{string.Join('/', [$"{index}", .. parts[3..]])}");
    }

    private static JsonObject Beside(JsonObject a, JsonObject b)
    {
        var (inputs, layers, outputs) = (new JsonObject(), new JsonArray(), new JsonArray());
        foreach (var (spec, prefix) in new[] { (a, "a_"), (b, "b_") })
        {
            var names = Names(spec);
            foreach (var (name, input) in (JsonObject)spec["inputs"]!)
                inputs[prefix + name] = input!.DeepClone();
            var first = layers.Count;
            foreach (var layer in (JsonArray)spec["layers"]!)
                layers.Add(Renamed(layer!, names, prefix));
            layers[first]!["inputs"] ??= new JsonArray(prefix + ((JsonObject)spec["inputs"]!).First().Key);
            for (var i = first; i < layers.Count; i++)
            {
                if (layers[i]!["name"] is { } name)
                    layers[i]!["name"] = prefix + (string)name!;
            }

            outputs.Add((JsonNode)(string)layers[^1]!["name"]!);
        }

        var both = new JsonObject();
        if (a["layout"] is { } layout)
            both["layout"] = layout.DeepClone();
        (both["inputs"], both["layers"], both["outputs"]) = (inputs, layers, outputs);
        return both;
    }

    private static HashSet<string> Names(JsonObject spec) =>
    [
        .. ((JsonObject)spec["inputs"]!).Select(input => input.Key),
        .. ((JsonArray)spec["layers"]!).Select(layer => (string?)layer!["name"]).OfType<string>(),
    ];

    // Reads of outer names get the prefix, nested ones too.
    private static JsonNode Renamed(JsonNode node, HashSet<string> names, string prefix)
    {
        var copy = node.DeepClone();
        Rename(copy);
        return copy;

        void Rename(JsonNode? at)
        {
            if (at is JsonArray list)
            {
                foreach (var item in list)
                    Rename(item);
            }
            else if (at is JsonObject fields)
            {
                if (fields["inputs"] is JsonArray inputs)
                {
                    for (var i = 0; i < inputs.Count; i++)
                    {
                        if (names.Contains((string)inputs[i]!))
                            inputs[i] = prefix + (string)inputs[i]!;
                    }
                }

                if (fields["like"] is JsonValue like && names.Contains((string)like!))
                    fields["like"] = prefix + (string)like!;
                foreach (var (_, value) in fields.ToList())
                    Rename(value);
            }
        }
    }
}
