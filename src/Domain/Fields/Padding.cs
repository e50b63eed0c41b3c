using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Domain.Fields;

/// <summary>
/// The padding of a convolution or pooling: cells on both sides of each spatial dimension, <c>"same"</c> or <c>"valid"</c> (none).
/// </summary>
/// <remarks><c>"same"</c> gives ⌈input / stride⌉ and puts the odd cell at the end, as TensorFlow and ONNX's SAME_UPPER do.</remarks>
public readonly record struct Padding(bool IsSame, Extent Cells) : IAttributeValue<Padding>
{
    public static Padding Same { get; } = new(true, 0);

    public static implicit operator Padding(long cells) => new(false, cells);

    public static AttributeType<Padding> Attribute { get; } =
        new(
            "a whole number, a list with one for each spatial dimension, 'same' or 'valid'",
            TryRead,
            Write,
            range =>
                new()
                {
                    ["oneOf"] = new JsonArray(
                        range.AddTo(new() { ["type"] = "integer" }),
                        Extent.List(range),
                        new JsonObject { ["enum"] = new JsonArray("same", "valid") }
                    ),
                },
            (padding, range) => padding.Cells.IsWithin(range)
        );

    private static bool TryRead(JsonElement json, out Padding padding)
    {
        padding = 0;
        if (json.ValueKind == JsonValueKind.String)
        {
            if (json.ValueEquals("same"))
                padding = Same;
            return json.ValueEquals("same") || json.ValueEquals("valid");
        }

        var isExtent = Extent.TryRead(json, out var cells);
        padding = new(false, cells);
        return isExtent;
    }

    private static void Write(Utf8JsonWriter writer, Padding padding)
    {
        if (padding.IsSame)
            writer.WriteStringValue("same");
        else
            Extent.Write(writer, padding.Cells);
    }
}
