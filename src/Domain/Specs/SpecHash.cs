using System.Buffers;
using System.Text.Json;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Specs;

/// <summary>Tells specs apart by what they say of the network.</summary>
public static class SpecHash
{
    /// <summary>What an object or list of a spec is, which decides what its members are.</summary>
    private enum Place
    {
        Other,
        Spec,
        Blocks,
        Layers,
        Layer,
        Branches,
    }

    /// <summary>
    /// SHA-256 of the canonical text without the <c>source</c> and <c>metadata</c> of layers, lower-case hexadecimal: equal for two specs
    /// that describe the same network in the same words, wherever it came from.
    /// </summary>
    public static string Of(JsonElement spec)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
            Write(writer, spec, Place.Spec);
        using var stripped = JsonDocument.Parse(buffer.WrittenMemory, SpecReader.JsonOptions);
        return CanonicalJson.Hash(stripped.RootElement);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement json, Place place)
    {
        if (place == Place.Other)
        {
            json.WriteTo(writer);
        }
        else if (json.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (var item in json.EnumerateArray())
                Write(writer, item, InList(place));
            writer.WriteEndArray();
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            foreach (var member in json.EnumerateObject())
            {
                if (place == Place.Layer && member.Name is ("source" or "metadata"))
                    continue;
                writer.WritePropertyName(member.Name);
                Write(writer, member.Value, InObject(place, member.Name));
            }

            writer.WriteEndObject();
        }
        else
        {
            json.WriteTo(writer);
        }
    }

    private static Place InList(Place place) => place switch
    {
        Place.Layers => Place.Layer,
        Place.Branches => Place.Layers,
        _ => Place.Other,
    };

    private static Place InObject(Place place, string member) => (place, member) switch
    {
        (Place.Blocks, _) => Place.Layers,
        (Place.Spec or Place.Layer, "layers") => Place.Layers,
        (Place.Spec, "blocks") => Place.Blocks,
        (Place.Layer, "branches") => Place.Branches,
        _ => Place.Other,
    };
}
