using System.Text.Json.Nodes;

namespace ConcatService.Domain.Fields;

/// <summary>A value that may be left to the service by writing <c>"auto"</c>, which is also the default.</summary>
/// <param name="Given">Null for <c>"auto"</c>.</param>
public readonly record struct OrAuto<T>(T? Given) : IAttributeValue<OrAuto<T>>
    where T : struct
{
    public static implicit operator OrAuto<T>(T given) => new(given);

    public override string ToString() => Given?.ToString() ?? "auto";

    static AttributeType<OrAuto<T>> IAttributeValue<OrAuto<T>>.Attribute => new(
        $"'auto' or {AttributeTypes.Of<T>().Expected}",
        (json, out value) =>
        {
            value = default;
            if (json.ValueKind == System.Text.Json.JsonValueKind.String && json.ValueEquals("auto"))
                return true;
            var read = AttributeTypes.Of<T>().Read(json, out var given);
            value = given;
            return read;
        },
        (writer, value) =>
        {
            if (value.Given is { } given)
                AttributeTypes.Of<T>().Write(writer, given);
            else
                writer.WriteStringValue("auto");
        },
        range => new() { ["oneOf"] = new JsonArray(new JsonObject { ["const"] = "auto" }, AttributeTypes.Of<T>().Schema(range)) },
        (value, range) => value.Given is not { } given || AttributeTypes.Of<T>().IsWithin?.Invoke(given, range) != false);
}
