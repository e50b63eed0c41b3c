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
            Apply(document, (string)operation!["op"]!, Steps((string)operation["path"]!), operation["value"]);
    }

    /// <summary>Applies one operation.</summary>
    /// <param name="kind">add, replace or remove.</param>
    /// <param name="steps">The way to the place, at least one name or position.</param>
    /// <inheritdoc cref="Apply(JsonNode, JsonArray)"/>
    internal static void Apply(JsonNode document, string kind, IReadOnlyList<string> steps, JsonNode? value)
    {
        JsonNode? parent = document;
        foreach (var step in steps.Take(steps.Count - 1))
            parent = parent is JsonArray list ? list[Index(step)] : parent?[step];
        var last = steps[^1];
        switch (parent, kind)
        {
            case (JsonObject target, "add" or "replace"):
                target[last] = value?.DeepClone();
                break;
            case (JsonObject target, "remove"):
                target.Remove(last);
                break;
            case (JsonArray target, "add"):
                target.Insert(last == "-" ? target.Count : Index(last), value?.DeepClone());
                break;
            case (JsonArray target, "replace"):
                target[Index(last)] = value?.DeepClone();
                break;
            case (JsonArray target, "remove"):
                target.RemoveAt(Index(last));
                break;
            default:
                throw new InvalidOperationException($"The patch operation '{kind}' at '/{string.Join('/', steps)}' cannot be applied.");
        }
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
