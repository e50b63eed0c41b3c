using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Domain.Fields;

/// <summary>Several axes, each by name or by number; one may stand without brackets.</summary>
public readonly struct AxisList : IAttributeValue<AxisList>, IEquatable<AxisList>
{
    private readonly AxisName[]? _each;

    private AxisList(AxisName[] each) => _each = each;

    public static implicit operator AxisList(AxisName[] each) => new(each);

    public IReadOnlyList<AxisName> Each => _each ?? [];

    public static bool operator ==(AxisList a, AxisList b) => a.Equals(b);

    public static bool operator !=(AxisList a, AxisList b) => !a.Equals(b);

    public bool Equals(AxisList other) => Each.SequenceEqual(other.Each);

    public override bool Equals(object? obj) => obj is AxisList other && Equals(other);

    public override int GetHashCode() => Each.Aggregate(17, HashCode.Combine);

    public override string ToString() => $"[{string.Join(", ", Each)}]";

    public static AttributeType<AxisList> Attribute { get; } =
        new(
            $"{AxisName.Attribute.Expected}, or a list of these",
            TryRead,
            Write,
            range =>
                new()
                {
                    ["oneOf"] = new JsonArray(
                        AxisName.Attribute.Schema(range),
                        new JsonObject
                        {
                            ["type"] = "array",
                            ["items"] = AxisName.Attribute.Schema(range),
                            ["minItems"] = 1,
                            ["maxItems"] = Shapes.Axes.MaxRank,
                        }
                    ),
                }
        );

    private static bool TryRead(JsonElement json, out AxisList list)
    {
        list = default;
        if (json.ValueKind != JsonValueKind.Array)
        {
            var isOne = AxisName.Attribute.Read(json, out var one);
            list = new([one]);
            return isOne;
        }

        if (json.GetArrayLength() is < 1 or > Shapes.Axes.MaxRank)
            return false;
        var each = new AxisName[json.GetArrayLength()];
        var i = 0;
        foreach (var item in json.EnumerateArray())
        {
            if (!AxisName.Attribute.Read(item, out each[i++]))
                return false;
        }

        list = each;
        return true;
    }

    private static void Write(Utf8JsonWriter writer, AxisList list)
    {
        writer.WriteStartArray();
        foreach (var axis in list.Each)
            AxisName.Attribute.Write(writer, axis);
        writer.WriteEndArray();
    }
}
