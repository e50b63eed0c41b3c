using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fields;

/// <summary>
/// An axis as a spec names it: by its meaning (<c>"channels"</c>), or by number, the batch counted as 0 and negative numbers from the end.
/// </summary>
public readonly record struct AxisName(Axis Axis, long? Number = null) : IAttributeValue<AxisName>
{
    public static implicit operator AxisName(Axis axis) => new(axis);

    /// <summary>The position in this shape as written, or null when the shape has no such axis.</summary>
    public int? PositionIn(Shape shape)
    {
        if (Number is not { } number)
            return shape.Has(Axis) ? shape.Position(Axis) : null;
        var position = number < 0 ? number + shape.Rank : number;
        return position >= 0 && position < shape.Rank ? (int)position : null;
    }

    public override string ToString() => Number?.ToString() ?? Axis.Name();

    public static AttributeType<AxisName> Attribute { get; } =
        new(
            $"an axis name ({string.Join(", ", Axes.Names)}) or a number",
            TryRead,
            Write,
            _ =>
                new()
                {
                    ["oneOf"] = new JsonArray(
                        new JsonObject { ["type"] = "integer" },
                        new JsonObject { ["enum"] = new JsonArray([.. Axes.Names.Select(name => (JsonNode)name)]) }
                    ),
                }
        );

    private static bool TryRead(JsonElement json, out AxisName name)
    {
        name = default;
        if (json.ValueKind == JsonValueKind.String)
        {
            var known = Axes.TryParse(json.GetString()!, out var axis);
            name = axis;
            return known;
        }

        if (json.ValueKind != JsonValueKind.Number || !AttributeTypes.TryWhole(json, out var number))
            return false;
        name = new(default, number);
        return true;
    }

    private static void Write(Utf8JsonWriter writer, AxisName name)
    {
        if (name.Number is { } number)
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(name.Axis.Name());
    }
}
