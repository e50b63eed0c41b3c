using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Domain.Fields;

/// <summary>
/// The learned biases of a recurrent layer: true, two vectors as PyTorch has them; <c>"single"</c>, one as Keras has it; false, none.
/// </summary>
public readonly record struct BiasVectors(int Count) : IAttributeValue<BiasVectors>
{
    public static BiasVectors None { get; } = new(0);

    public static BiasVectors Single { get; } = new(1);

    public static BiasVectors Two { get; } = new(2);

    public static implicit operator BiasVectors(bool bias) => bias ? Two : None;

    public override string ToString() => this == Single ? "single" : this == Two ? "true" : "false";

    public static AttributeType<BiasVectors> Attribute { get; } =
        new(
            "true, false or 'single'",
            TryRead,
            Write,
            _ => new() { ["enum"] = new JsonArray(true, false, "single") }
        );

    private static bool TryRead(JsonElement json, out BiasVectors bias)
    {
        bias = json.ValueKind switch
        {
            JsonValueKind.True => Two,
            JsonValueKind.String => Single,
            _ => None,
        };
        return json.ValueKind is JsonValueKind.True or JsonValueKind.False
            || (json.ValueKind == JsonValueKind.String && json.ValueEquals("single"));
    }

    private static void Write(Utf8JsonWriter writer, BiasVectors bias)
    {
        if (bias == Single)
            writer.WriteStringValue("single");
        else
            writer.WriteBooleanValue(bias == Two);
    }
}
