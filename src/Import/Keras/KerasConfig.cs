using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Import.Keras;

/// <summary>The <c>config</c> of a layer: its arguments, as Keras wrote them.</summary>
internal readonly struct KerasConfig(JsonElement config)
{
    public const long MaxSize = 100_000_000;

    public JsonElement Json => config;

    public JsonElement? Member(string name) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null
            ? found
            : null;

    public string? Text(string name) => Member(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public bool Flag(string name, bool fallback) =>
        Member(name)?.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => fallback };

    public double Number(string name, double fallback) =>
        Member(name) is { ValueKind: JsonValueKind.Number } number && double.IsFinite(number.GetDouble()) ? number.GetDouble() : fallback;

    /// <summary>A whole number of at least 1; Keras 1 had other names.</summary>
    public long Size(string name, string? older = null, long? fallback = null) =>
        (Member(name) ?? (older is null ? null : Member(older))) is { } found
            ? Whole(found) ?? throw new LayerException($"'{name}' is no whole number of at least 1")
            : fallback ?? throw new LayerException($"'{name}' is missing");

    /// <summary>One number or one for each dimension; null where it is left out.</summary>
    public JsonNode? Sizes(string name, string? older = null)
    {
        var found = Member(name) ?? (older is null ? null : Member(older));
        if (found is not { } given)
            return null;
        var sizes = ListOf(given, name);
        return sizes.Distinct().Count() == 1 ? sizes[0] : Layers.List(sizes);
    }

    public long[]? List(string name) => Member(name) is { } found ? ListOf(found, name) : null;

    private static long[] ListOf(JsonElement found, string name)
    {
        if (Whole(found) is { } one)
            return [one];
        if (found.ValueKind != JsonValueKind.Array || found.GetArrayLength() is < 1 or > 8)
            throw new LayerException($"'{name}' is no whole number and no list of them");
        return [.. found.EnumerateArray().Select(each => Whole(each) ?? throw new LayerException($"'{name}' holds no whole number"))];
    }

    private static long? Whole(JsonElement number) =>
        number.ValueKind == JsonValueKind.Number
        && number.TryGetDouble(out var size)
        && size is >= 1 and <= MaxSize
        && size == Math.Floor(size)
            ? (long)size
            : null;
}

/// <summary>A layer that cannot be read; it becomes a gap with this message.</summary>
internal sealed class LayerException(string message) : Exception(message);
