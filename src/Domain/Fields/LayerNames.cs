using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Domain.Fields;

/// <summary>Layers that an attribute names, one or a list: the expander makes them the operator's last inputs.</summary>
public readonly struct LayerNames : IAttributeValue<LayerNames>, IEquatable<LayerNames>
{
    /// <summary>Longer lists are refused as malformed.</summary>
    private const int MaxCount = 16;

    private readonly string[]? _each;

    private LayerNames(string[] each, bool isOne)
    {
        _each = each;
        IsOne = isOne;
    }

    public static LayerNames Of(params string[] each) => new(each, false);

    /// <summary>Whether it was written as a name, not as a list.</summary>
    public bool IsOne { get; }

    public IReadOnlyList<string> Each => _each ?? [];

    public static bool operator ==(LayerNames a, LayerNames b) => a.Equals(b);

    public static bool operator !=(LayerNames a, LayerNames b) => !a.Equals(b);

    public bool Equals(LayerNames other) => IsOne == other.IsOne && Each.SequenceEqual(other.Each);

    public override bool Equals(object? obj) => obj is LayerNames other && Equals(other);

    public override int GetHashCode() => Each.Aggregate(17, HashCode.Combine);

    public override string ToString() => string.Join(", ", Each);

    public static AttributeType<LayerNames> Attribute { get; } =
        new(
            "the name of a layer or a list of names",
            TryRead,
            Write,
            _ =>
                new()
                {
                    ["oneOf"] = new JsonArray(
                        Name(),
                        new JsonObject { ["type"] = "array", ["items"] = Name(), ["minItems"] = 1, ["maxItems"] = MaxCount }
                    ),
                }
        );

    private static JsonObject Name() => new() { ["type"] = "string", ["minLength"] = 1 };

    private static bool TryRead(JsonElement json, out LayerNames names)
    {
        names = default;
        if (json.ValueKind == JsonValueKind.String)
        {
            names = new([json.GetString()!], true);
            return names.Each[0].Length > 0;
        }

        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() is < 1 or > MaxCount)
            return false;
        var each = new List<string>();
        foreach (var item in json.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || item.GetString() is not { Length: > 0 } name)
                return false;
            each.Add(name);
        }

        names = new([.. each], false);
        return true;
    }

    private static void Write(Utf8JsonWriter writer, LayerNames names)
    {
        if (names.IsOne)
        {
            writer.WriteStringValue(names.Each[0]);
            return;
        }

        writer.WriteStartArray();
        foreach (var name in names.Each)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }
}
