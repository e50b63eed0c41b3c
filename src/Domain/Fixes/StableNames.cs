using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Fixes;

/// <summary>
/// A spec in which every layer says the name that it has: a layer without one is named by its position, and another would be meant once a
/// patch puts a layer before it.
/// </summary>
internal static class StableNames
{
    /// <summary>
    /// All pointers to layers that get a name, in characters: 20,000 layers in one list, or 300 a hundred lists deep. Where there would be
    /// more, none gets one.
    /// </summary>
    private const int MostText = 400_000;

    /// <summary>The same, without a look at the text where what was read tells that all are named.</summary>
    public static JsonElement Of(JsonElement json, Spec read) =>
        read.IsWellFormed
        && read.Layers.All(layer => layer is OperatorSpec { Name: not null })
        && !json.TryGetProperty("blocks", out _)
            ? json
            : Of(json);

    /// <summary>
    /// The same spec, at the same paths; itself where every layer is named, and where a name that was given by position is referred to: a
    /// patch that puts a layer before it would break that.
    /// </summary>
    public static JsonElement Of(JsonElement spec)
    {
        var (patch, left) = (new JsonArray(), MostText);
        if (spec.TryGetProperty("layers", out var layers))
            AddList(layers, SpecPath.Root["layers"], patch, ref left);
        if (spec.TryGetProperty("blocks", out var blocks) && blocks.ValueKind == JsonValueKind.Object)
        {
            foreach (var block in blocks.EnumerateObject())
                AddList(block.Value, SpecPath.Root["blocks"][block.Name], patch, ref left);
        }

        if (patch.Count == 0 || left < 0)
            return spec;
        var given = patch.Select(step => (string)step!["value"]!).ToHashSet();
        if (IsReferredTo(spec, given))
            return spec;
        try
        {
            using var document = JsonDocument.Parse(PatchedText.Of(spec, patch), SpecReader.JsonOptions);
            return document.RootElement.Clone();
        }
        catch (ArgumentException) // a field is there twice on the way: no patch can be applied
        {
            return spec;
        }
    }

    private static void AddList(JsonElement list, SpecPath path, JsonArray patch, ref int left)
    {
        if (list.ValueKind != JsonValueKind.Array)
            return;
        var names = list.EnumerateArray().Select(layer => Text(layer, "name")).OfType<string>().ToHashSet();
        var index = -1;
        foreach (var layer in list.EnumerateArray())
        {
            index++;
            if (left < 0)
                return;
            if (Text(layer, "type") is not { } type)
                continue;
            AddInside(layer, path[index], patch, ref left);
            if (layer.TryGetProperty("name", out _) || !FieldReader.IsName(type))
                continue;
            var (number, name) = (index, "");
            do
                name = string.Create(CultureInfo.InvariantCulture, $"{type}_{number++}");
            while (!names.Add(name));
            var pointer = path[index]["name"].ToString();
            left -= pointer.Length;
            patch.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = pointer, ["value"] = name });
        }
    }

    private static void AddInside(JsonElement layer, SpecPath path, JsonArray patch, ref int left)
    {
        if (layer.TryGetProperty("layers", out var layers))
            AddList(layers, path["layers"], patch, ref left);
        if (!layer.TryGetProperty("branches", out var branches) || branches.ValueKind != JsonValueKind.Array)
            return;
        var number = 0;
        foreach (var branch in branches.EnumerateArray())
            AddList(branch, path["branches"][number++], patch, ref left);
    }

    /// <summary>Whether one of the names stands anywhere as a whole text or before a slash or colon: in inputs, outputs or like.</summary>
    private static bool IsReferredTo(JsonElement json, HashSet<string> names) =>
        json.ValueKind switch
        {
            JsonValueKind.String => json.GetString()! is var text
                && names.Contains(text.IndexOfAny(['/', ':']) is > 0 and var end ? text[..end] : text),
            JsonValueKind.Array => json.EnumerateArray().Any(item => IsReferredTo(item, names)),
            JsonValueKind.Object => json.EnumerateObject().Any(member => IsReferredTo(member.Value, names)),
            _ => false,
        };

    private static string? Text(JsonElement layer, string field) =>
        layer.ValueKind == JsonValueKind.Object && layer.TryGetProperty(field, out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;
}
