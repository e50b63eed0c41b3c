using System.Text.Json.Nodes;

namespace ConcatService.ConcatBench.Networks;

/// <summary>A network whose concats are element-wise merges, wherever one width on all their branches makes that possible.</summary>
public static class SummedNetwork
{
    /// <summary>Concats that are tried: some networks have dozens that cannot be a sum.</summary>
    private const int Tried = 8;

    private static readonly string[] Widths = ["out_channels", "out_features", "hidden_size"];
    private static readonly string[] Merges = ["add", "multiply", "add", "average", "maximum"];

    /// <summary>The network with sums; null where no concat can be one.</summary>
    public static OriginalNetwork? Of(OriginalNetwork original)
    {
        var spec = original.Spec;
        var concats = original.WrittenLayers.Where(layer =>
            layer.Type is "concat" or "parallel" && layer.In(spec)["merge"] is null && layer.In(spec)["axis"] is null
        );
        foreach (var concat in concats.Take(Tried))
        {
            var trial = (JsonObject)spec.DeepClone();
            var ends = concat.Type == "parallel" ? BranchEnds(concat.In(trial)) : InputEnds(concat, trial);
            var writers = ends.Where(end => end is not null).ToList();
            if (ends.Count < 2 || writers.Count == 0 || Width(writers[0]!) is not var (_, width))
                continue;
            foreach (var writer in writers)
                writer![Width(writer)!.Value.Attribute] = width;
            if (concat.Type == "parallel")
                concat.In(trial)["merge"] = "add";
            else
                concat.In(trial)["type"] = Merges[concat.Index % Merges.Length];
            if (IsWhole(trial))
                spec = trial;
        }

        return ReferenceEquals(spec, original.Spec) ? null : new($"{original.Name}, summed", spec);
    }

    private static bool IsWhole(JsonObject spec)
    {
        try
        {
            return ReferenceShapes.Of(OriginalNetwork.GraphOf(spec), SymbolSizes.Default).Failing.Count == 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static List<JsonObject?> BranchEnds(JsonObject parallel) =>
        [.. ((JsonArray)parallel["branches"]!).Select(branch => Last((JsonArray)branch!, ((JsonArray)branch!).Count - 1))];

    private static List<JsonObject?> InputEnds(WrittenLayer concat, JsonObject spec)
    {
        var list = concat.ListIn(spec);
        return
        [
            .. ((JsonArray?)concat.In(spec)["inputs"] ?? []).Select(name =>
                Last(list, list.ToList().FindIndex(layer => (string?)layer!["name"] == (string?)name))
            ),
        ];
    }

    // Back from there to what has a width of its own, as long as each layer reads the one before it.
    private static JsonObject? Last(JsonArray list, int from)
    {
        for (var i = from; i >= 0; i--)
        {
            var layer = (JsonObject)list[i]!;
            if (Width(layer) is not null)
                return layer;
            if (layer["inputs"] is not null || layer["branches"] is not null || layer["layers"] is not null)
                return null;
        }

        return null;
    }

    private static (string Attribute, long Width)? Width(JsonObject layer) =>
        Array.Find(Widths, name => layer[name] is JsonValue) is { } attribute ? (attribute, (long)layer[attribute]!) : null;
}
