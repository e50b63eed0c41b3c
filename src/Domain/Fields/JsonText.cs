using System.Text.Json;

namespace ConcatService.Domain.Fields;

/// <summary>What was sent, as messages show it.</summary>
internal static class JsonText
{
    private const int MaxLength = 48;

    /// <summary>The JSON itself where it is short; "an object" and "a list" for what is long.</summary>
    public static string Shown(JsonElement json)
    {
        var text =
            json.ValueKind is JsonValueKind.Object ? "an object"
            : json.ValueKind is JsonValueKind.Array && json.GetArrayLength() > 8 ? "a list"
            : json.GetRawText();
        return Shortened(text);
    }

    public static string Shortened(string text) => text.Length <= MaxLength ? text : text[..MaxLength] + "…";
}
