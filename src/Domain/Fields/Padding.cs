using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Domain.Fields;

/// <summary>
/// The padding of a convolution or pooling: cells on both sides of each spatial dimension, as many or <c>[before, after]</c>;
/// <c>"same"</c>, <c>"valid"</c> (none), or <c>"causal"</c>, all of it before.
/// </summary>
/// <param name="Cells">Cells before; and after, where <see cref="After"/> is null.</param>
/// <remarks><c>"same"</c> gives ⌈input / stride⌉ and puts the odd cell at the end, as TensorFlow and ONNX's SAME_UPPER do.</remarks>
public readonly record struct Padding(bool IsSame, Extent Cells) : IAttributeValue<Padding>
{
    public static Padding Same { get; } = new(true, 0);

    /// <summary>As many cells as the window reaches back, all before the input, so that no output sees what comes after it.</summary>
    public static Padding Causal { get; } = new(false, 0) { IsCausal = true };

    public static implicit operator Padding(long cells) => new(false, cells);

    /// <summary>Cells after each dimension; null where they are as many as before.</summary>
    public Extent? After { get; init; }

    public bool IsCausal { get; init; }

    /// <summary>Whether the two sides may differ by what is written.</summary>
    public bool IsOneSided => IsCausal || After is not null;

    public static AttributeType<Padding> Attribute { get; } =
        new(
            "a whole number, a list with one for each spatial dimension or with [before, after] for each, 'same', 'valid' or 'causal'",
            TryRead,
            Write,
            range =>
                new()
                {
                    ["oneOf"] = new JsonArray(
                        range.AddTo(new() { ["type"] = "integer" }),
                        Extent.List(range),
                        Sides(range),
                        new JsonObject { ["enum"] = new JsonArray("same", "valid", "causal") }
                    ),
                },
            (padding, range) => padding.Cells.IsWithin(range) && padding.After?.IsWithin(range) != false
        );

    private static JsonObject Sides(Numbers range) =>
        new()
        {
            ["type"] = "array",
            ["items"] = new JsonObject
            {
                ["type"] = "array",
                ["items"] = range.AddTo(new() { ["type"] = "integer" }),
                ["minItems"] = 2,
                ["maxItems"] = 2,
            },
            ["minItems"] = 1,
            ["maxItems"] = 3,
        };

    private static bool TryRead(JsonElement json, out Padding padding)
    {
        padding = 0;
        if (json.ValueKind == JsonValueKind.String)
        {
            if (json.ValueEquals("same"))
                padding = Same;
            else if (json.ValueEquals("causal"))
                padding = Causal;
            return padding != 0 || json.ValueEquals("valid");
        }

        if (json.ValueKind == JsonValueKind.Array && json.GetArrayLength() is > 0 and <= 3 && json[0].ValueKind == JsonValueKind.Array)
            return TryReadSides(json, out padding);
        var isExtent = Extent.TryRead(json, out var cells);
        padding = new(false, cells);
        return isExtent;
    }

    private static bool TryReadSides(JsonElement json, out Padding padding)
    {
        padding = 0;
        var (before, after) = (new long[json.GetArrayLength()], new long[json.GetArrayLength()]);
        for (var i = 0; i < before.Length; i++)
        {
            if (!Extent.TryRead(json[i], out var sides) || sides.Count != 2)
                return false;
            (before[i], after[i]) = (sides[0], sides[1]);
        }

        padding = new(false, before) { After = after };
        return true;
    }

    private static void Write(Utf8JsonWriter writer, Padding padding)
    {
        if (padding.IsSame || padding.IsCausal)
        {
            writer.WriteStringValue(padding.IsSame ? "same" : "causal");
            return;
        }

        if (padding.After is not { } after)
        {
            Extent.Write(writer, padding.Cells);
            return;
        }

        writer.WriteStartArray();
        for (var i = 0; i < after.Count; i++)
            Extent.Write(writer, new long[] { padding.Cells[i], after[i] });
        writer.WriteEndArray();
    }
}
