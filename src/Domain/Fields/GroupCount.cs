using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Domain.Fields;

/// <summary>How many groups of channels a convolution treats apart: a number, or <c>"depthwise"</c>, one for each channel.</summary>
/// <param name="Count">The number, when <paramref name="IsDepthwise"/> is false.</param>
public readonly record struct GroupCount(long Count, bool IsDepthwise = false) : IAttributeValue<GroupCount>
{
    public static GroupCount Depthwise { get; } = new(0, true);

    public static implicit operator GroupCount(long count) => new(count);

    /// <summary>The number for as many channels.</summary>
    public long Of(long channels) => IsDepthwise ? channels : Count;

    public override string ToString() => IsDepthwise ? "depthwise" : Count.ToString(CultureInfo.InvariantCulture);

    public static AttributeType<GroupCount> Attribute { get; } =
        new(
            "a whole number, or 'depthwise'",
            TryRead,
            Write,
            range =>
                new()
                {
                    ["oneOf"] = new JsonArray(
                        range.AddTo(new() { ["type"] = "integer" }),
                        new JsonObject { ["const"] = "depthwise" }
                    ),
                },
            (groups, range) => groups.IsDepthwise || range.Holds(groups.Count)
        );

    private static bool TryRead(JsonElement json, out GroupCount groups)
    {
        groups = Depthwise;
        if (json.ValueKind == JsonValueKind.String)
            return json.ValueEquals("depthwise");
        if (json.ValueKind != JsonValueKind.Number || !AttributeTypes.TryWhole(json, out var count))
            return false;
        groups = count;
        return true;
    }

    private static void Write(Utf8JsonWriter writer, GroupCount groups)
    {
        if (groups.IsDepthwise)
            writer.WriteStringValue("depthwise");
        else
            writer.WriteNumberValue(groups.Count);
    }
}
