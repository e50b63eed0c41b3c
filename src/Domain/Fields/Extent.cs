using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fields;

/// <summary>A size per spatial dimension: one number for all of them, or a list with one each (<c>3</c> or <c>[1, 7]</c>).</summary>
public readonly struct Extent : IAttributeValue<Extent>, IEquatable<Extent>
{
    private const int MaxCount = 3;

    private readonly long _all;
    private readonly long[]? _each;

    private Extent(long all, long[]? each)
    {
        _all = all;
        _each = each;
    }

    public static implicit operator Extent(long all) => new(all, null);

    public static implicit operator Extent(long[] each) => new(0, each);

    /// <summary>How many dimensions were listed, or null when one number stands for all.</summary>
    public int? Count => _each?.Length;

    public long this[int dimension] => _each is null ? _all : _each[dimension];

    public long[] ToArray(int dimensions)
    {
        if (_each is not null)
            return [.. _each];
        var each = new long[dimensions];
        Array.Fill(each, _all);
        return each;
    }

    /// <summary>The cells of a window of this size.</summary>
    public long Product(int dimensions)
    {
        var product = 1L;
        for (var i = 0; i < dimensions; i++)
            product = Saturating.Multiply(product, this[i]);
        return product;
    }

    internal bool IsWithin(Numbers range) => _each is null ? range.Holds(_all) : Array.TrueForAll(_each, cells => range.Holds(cells));

    public override string ToString() => _each is null ? $"{_all}" : string.Join('x', _each);

    public static bool operator ==(Extent a, Extent b) => a.Equals(b);

    public static bool operator !=(Extent a, Extent b) => !a.Equals(b);

    public bool Equals(Extent other) =>
        _all == other._all && (_each ?? []).AsSpan().SequenceEqual(other._each ?? []) && _each is null == other._each is null;

    public override bool Equals(object? obj) => obj is Extent other && Equals(other);

    public override int GetHashCode() => _each is null ? _all.GetHashCode() : _each.Aggregate(17, HashCode.Combine);

    public static AttributeType<Extent> Attribute { get; } = new(
        "a whole number, or a list with one for each spatial dimension", TryRead, Write,
        range => new() { ["oneOf"] = new JsonArray(range.AddTo(new() { ["type"] = "integer" }), List(range)) },
        (extent, range) => extent.IsWithin(range));

    internal static JsonObject List(Numbers range) =>
        new() { ["type"] = "array", ["items"] = range.AddTo(new() { ["type"] = "integer" }), ["minItems"] = 1, ["maxItems"] = MaxCount };

    internal static bool TryRead(JsonElement json, out Extent extent)
    {
        extent = default;
        if (json.ValueKind == JsonValueKind.Number && AttributeTypes.TryWhole(json, out var all))
        {
            extent = all;
            return true;
        }

        if (AttributeTypes.WholeNumbers(json, MaxCount) is not { } each)
            return false;
        extent = each;
        return true;
    }

    internal static void Write(Utf8JsonWriter writer, Extent extent)
    {
        if (extent._each is null)
        {
            writer.WriteNumberValue(extent._all);
            return;
        }

        writer.WriteStartArray();
        foreach (var value in extent._each)
            writer.WriteNumberValue(value);
        writer.WriteEndArray();
    }
}
