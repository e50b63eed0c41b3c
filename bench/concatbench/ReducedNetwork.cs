using System.Text.Json.Nodes;

namespace ConcatService.ConcatBench;

/// <summary>
/// A network made cheap to run: a 16th of the width or an eighth, and smaller inputs where the caller allows and it stays valid.
/// </summary>
public static class ReducedNetwork
{
    private static readonly string[] Widths = ["out_channels", "out_features", "hidden_size", "squeeze_channels"];

    /// <summary>The cheapest of several reductions that is valid; the spec itself where none is.</summary>
    public static JsonObject Of(JsonObject spec, bool smaller)
    {
        foreach (var (width, size) in smaller ? new[] { (16, 4), (16, 2), (16, 1), (8, 2), (8, 1) } : [(16, 1), (8, 1)])
        {
            var reduced = (JsonObject)spec.DeepClone();
            Divide(reduced, width);
            if (size == 1 || Shrink(reduced, size))
            {
                if (TorchRun.Compiled(reduced).Plan is not null)
                    return reduced;
            }
        }

        return spec;
    }

    private static void Divide(JsonNode? node, int by)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
                Divide(item, by);
        }
        else if (node is JsonObject fields)
        {
            foreach (var (name, value) in fields.ToList())
            {
                if (Array.IndexOf(Widths, name) >= 0 && value is JsonValue number && number.TryGetValue(out long width))
                    fields[name] = Math.Max(1, (width + by - 1) / by);
                else
                    Divide(value, by);
            }
        }
    }

    private static bool Shrink(JsonObject spec, int by)
    {
        var isLast = (string?)spec["layout"] == "channels_last";
        foreach (var (_, input) in (JsonObject)spec["inputs"]!)
        {
            var shape = (JsonArray)input!["shape"]!;
            for (var i = 0; i < shape.Count && shape.Count > 1; i++)
            {
                if (i == (isLast ? shape.Count - 1 : 0))
                    continue;
                if (shape[i] is not JsonValue value || !value.TryGetValue(out long size) || size < 32 * by || size % by != 0)
                    return false;
                shape[i] = size / by;
            }
        }

        return true;
    }
}
