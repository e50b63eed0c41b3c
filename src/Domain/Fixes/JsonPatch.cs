using System.Globalization;
using System.Text.Json.Nodes;

namespace ConcatService.Domain.Fixes;

/// <summary>JSON Patch (RFC 6902): the operations add, remove and replace.</summary>
public static class JsonPatch
{
    /// <summary>Applies the operations in order to the document itself.</summary>
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
        var parts = pointer.Split('/').Skip(1).Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToArray();
        last = parts[^1];
        JsonNode? at = document;
        foreach (var part in parts[..^1])
            at = at is JsonArray list ? list[Index(part)] : at?[part];
        return at;
    }

    private static int Index(string part) => int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture);
}
