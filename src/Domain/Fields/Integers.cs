using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Domain.Fields;

/// <summary>
/// Whole numbers in order, such as a shape; one number may stand without brackets, and what it means then, the attribute says.
/// </summary>
public readonly struct Integers : IAttributeValue<Integers>, IEquatable<Integers>
{
    /// <summary>Longer lists are refused as malformed.</summary>
    private const int MaxCount = 1024;

    private readonly long[]? _each;

    private Integers(long[] each, bool isOne)
    {
        _each = each;
        IsOne = isOne;
    }

    public static implicit operator Integers(long one) => new([one], true);

    public static implicit operator Integers(long[] each) => new(each, false);

    /// <summary>Whether it was written as a number, not as a list.</summary>
    public bool IsOne { get; }

    public int Count => _each?.Length ?? 0;

    public long this[int index] => _each![index];

    public long[] ToArray() => _each is null ? [] : [.. _each];

    public static bool operator ==(Integers a, Integers b) => a.Equals(b);

    public static bool operator !=(Integers a, Integers b) => !a.Equals(b);

    public bool Equals(Integers other) => IsOne == other.IsOne && (_each ?? []).AsSpan().SequenceEqual(other._each ?? []);

    public override bool Equals(object? obj) => obj is Integers other && Equals(other);

    public override int GetHashCode() => (_each ?? []).Aggregate(17, HashCode.Combine);

    public override string ToString() => IsOne ? $"{this[0]}" : $"[{string.Join(", ", _each ?? [])}]";

    public static AttributeType<Integers> Attribute { get; } = new(
        "a whole number or a list of whole numbers", TryRead, Write,
        range => new()
        {
            ["oneOf"] = new JsonArray(
                range.AddTo(new() { ["type"] = "integer" }),
                        new JsonObject
                        {
                            ["type"] = "array",
                            ["items"] = range.AddTo(new() { ["type"] = "integer" }),
                            ["minItems"] = 1,
                            ["maxItems"] = MaxCount,
                        }
                    ),
        },
        (integers, range) => Array.TrueForAll(integers._each ?? [], value => range.Holds(value)));

    private static bool TryRead(JsonElement json, out Integers integers)
    {
        integers = default;
        if (json.ValueKind == JsonValueKind.Number && AttributeTypes.TryWhole(json, out var one))
        {
            integers = one;
            return true;
        }

        if (AttributeTypes.WholeNumbers(json, MaxCount) is not { } each)
            return false;
        integers = each;
        return true;
    }

    private static void Write(Utf8JsonWriter writer, Integers integers)
    {
        if (integers.IsOne)
        {
            writer.WriteNumberValue(integers[0]);
            return;
        }

        writer.WriteStartArray();
        for (var i = 0; i < integers.Count; i++)
            writer.WriteNumberValue(integers[i]);
        writer.WriteEndArray();
    }
}
