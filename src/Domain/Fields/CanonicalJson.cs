using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace ConcatService.Domain.Fields;

/// <summary>
/// One text for every way to write the same JSON: no blanks, members in the order of their names (RFC 8785, numbers as written).
/// </summary>
public static class CanonicalJson
{
    /// <summary>SHA-256 of the canonical text, lower-case hexadecimal: equal for two specs that say the same.</summary>
    public static string Hash(JsonElement json) => Convert.ToHexStringLower(SHA256.HashData(Write(json)));

    public static byte[] Write(JsonElement json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
            Write(writer, json);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray())
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }
}
