using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Fixes;

/// <summary>JSON Patch (RFC 6902): the operations add, remove and replace.</summary>
public static class JsonPatch
{
    /// <summary>A document to patch. As deep as a spec may be, where the serializer's own limit is 64.</summary>
    public static JsonNode Read(JsonElement json) =>
        JsonNode.Parse(json.GetRawText(), documentOptions: new JsonDocumentOptions { MaxDepth = SpecReader.MaxJsonDepth })!;

    /// <summary>The patched document, as deep.</summary>
    public static JsonDocument Write(JsonNode document)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = SpecReader.MaxJsonDepth }))
            document.WriteTo(writer);
        return JsonDocument.Parse(buffer.WrittenMemory, new JsonDocumentOptions { MaxDepth = SpecReader.MaxJsonDepth });
    }

    /// <summary>Applies the operations in order to the document itself.</summary>
    /// <exception cref="ArgumentException">An object on the way has a field twice, so that the pointer is ambiguous.</exception>
    /// <exception cref="InvalidOperationException">A pointer leads nowhere, or the operation is another one.</exception>
    public static void Apply(JsonNode document, JsonArray patch)
    {
        foreach (var operation in patch)
        {
            var pointer = (string)operation!["path"]!;
            var parent = Parent(document, pointer, out var last);
            var kind = (string)operation["op"]!;
            switch (parent, kind)
            {
                case (JsonObject target, "add" or "replace"):
                    target[last] = operation["value"]?.DeepClone();
                    break;
                case (JsonObject target, "remove"):
                    target.Remove(last);
                    break;
                case (JsonArray target, "add"):
                    target.Insert(last == "-" ? target.Count : Index(last), operation["value"]?.DeepClone());
                    break;
                case (JsonArray target, "replace"):
                    target[Index(last)] = operation["value"]?.DeepClone();
                    break;
                case (JsonArray target, "remove"):
                    target.RemoveAt(Index(last));
                    break;
                default:
                    throw new InvalidOperationException($"The patch operation '{kind}' at '{pointer}' cannot be applied.");
            }
        }
    }

    private static JsonNode? Parent(JsonNode document, string pointer, out string last)
    {
        var parts = Steps(pointer);
        last = parts[^1];
        JsonNode? at = document;
        foreach (var part in parts[..^1])
            at = at is JsonArray list ? list[Index(part)] : at?[part];
        return at;
    }

    /// <summary>The names and positions of a JSON Pointer.</summary>
    internal static string[] Steps(string pointer) =>
        [
            .. pointer
                .Split('/')
                .Skip(1)
                .Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)),
        ];

    internal static int Index(string part) => int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture);
}
