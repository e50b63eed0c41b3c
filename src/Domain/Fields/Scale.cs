using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Domain.Fields;

/// <summary>A factor per spatial dimension: one number for all of them, or a list with one each (<c>2</c> or <c>[1.5, 2]</c>).</summary>
public readonly struct Scale : IAttributeValue<Scale>, IEquatable<Scale>
{
    private readonly double[]? _factors;

    private Scale(double[] factors) => _factors = factors;

    public static implicit operator Scale(double all) => new([all]);

    public static implicit operator Scale(double[] each) => new(each);

    /// <summary>How many dimensions were listed; 1 stands for all.</summary>
    public int Count => _factors?.Length ?? 0;

    public double this[int dimension] => _factors!.Length == 1 ? _factors[0] : _factors[dimension];

    public static bool operator ==(Scale a, Scale b) => a.Equals(b);

    public static bool operator !=(Scale a, Scale b) => !a.Equals(b);

    public bool Equals(Scale other) => (_factors ?? []).AsSpan().SequenceEqual(other._factors ?? []);

    public override bool Equals(object? obj) => obj is Scale other && Equals(other);

    public override int GetHashCode() => (_factors ?? []).Aggregate(17, HashCode.Combine);

    public override string ToString() => string.Join('x', _factors ?? []);

    public static AttributeType<Scale> Attribute { get; } = new(
        "a number, or a list with one for each spatial dimension", TryRead, Write,
        range => new()
        {
            ["oneOf"] = new JsonArray(
                range.AddTo(new() { ["type"] = "number" }),
                        new JsonObject
                        {
                            ["type"] = "array",
                            ["items"] = range.AddTo(new() { ["type"] = "number" }),
                            ["minItems"] = 1,
                            ["maxItems"] = 3,
                        }
                    ),
        },
        (scale, range) => Array.TrueForAll(scale._factors ?? [], range.Holds));

    private static bool TryRead(JsonElement json, out Scale scale)
    {
        scale = default;
        var number = AttributeTypes.Of<double>();
        if (number.Read(json, out var all))
        {
            scale = all;
            return true;
        }

        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() is < 1 or > 3)
            return false;
        var each = new double[json.GetArrayLength()];
        var i = 0;
        foreach (var item in json.EnumerateArray())
        {
            if (!number.Read(item, out each[i++]))
                return false;
        }

        scale = each;
        return true;
    }

    private static void Write(Utf8JsonWriter writer, Scale scale)
    {
        if (scale.Count == 1)
        {
            writer.WriteNumberValue(scale[0]);
            return;
        }

        writer.WriteStartArray();
        for (var i = 0; i < scale.Count; i++)
            writer.WriteNumberValue(scale[i]);
        writer.WriteEndArray();
    }
}
