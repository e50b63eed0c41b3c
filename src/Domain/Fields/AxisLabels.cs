using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fields;

/// <summary>What each dimension behind the batch means, by name: each meaning once, <c>"other"</c> as often as wanted.</summary>
public readonly struct AxisLabels : IAttributeValue<AxisLabels>, IEquatable<AxisLabels>
{
    private readonly Axis[]? _each;

    private AxisLabels(Axis[] each) => _each = each;

    public static AxisLabels Of(params Axis[] each) => new(each);

    public IReadOnlyList<Axis> Each => _each ?? [];

    public static bool operator ==(AxisLabels a, AxisLabels b) => a.Equals(b);

    public static bool operator !=(AxisLabels a, AxisLabels b) => !a.Equals(b);

    public bool Equals(AxisLabels other) => Each.SequenceEqual(other.Each);

    public override bool Equals(object? obj) => obj is AxisLabels other && Equals(other);

    public override int GetHashCode() => Each.Aggregate(17, HashCode.Combine);

    public override string ToString() => $"[{string.Join(", ", Each.Select(axis => axis.Name()))}]";

    public static AttributeType<AxisLabels> Attribute { get; } =
        new(
            $"a list with a name for each dimension ({string.Join(", ", Names)}), each once and 'other' as often as wanted",
            TryRead,
            Write,
            _ =>
                new()
                {
                    ["type"] = "array",
                    ["items"] = new JsonObject { ["enum"] = new JsonArray([.. Names.Select(name => (JsonNode)name)]) },
                    ["minItems"] = 1,
                    ["maxItems"] = Axes.MaxRank,
                }
        );

    private static IEnumerable<string> Names => Axes.Names.Skip(1).Append(Axis.Other.Name());

    private static bool TryRead(JsonElement json, out AxisLabels labels)
    {
        labels = default;
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() is < 1 or > Axes.MaxRank)
            return false;
        var each = new List<Axis>();
        foreach (var item in json.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || !TryName(item.GetString()!, out var axis))
                return false;
            if (axis != Axis.Other && each.Contains(axis))
                return false;
            each.Add(axis);
        }

        labels = new([.. each]);
        return true;
    }

    private static bool TryName(string name, out Axis axis)
    {
        if (name != Axis.Other.Name())
            return Axes.TryParse(name, out axis) && axis != Axis.Batch;
        axis = Axis.Other;
        return true;
    }

    private static void Write(Utf8JsonWriter writer, AxisLabels labels)
    {
        writer.WriteStartArray();
        foreach (var axis in labels.Each)
            writer.WriteStringValue(axis.Name());
        writer.WriteEndArray();
    }
}
