using System.Runtime.InteropServices;
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

    /// <summary>Whether a member of an object has this name: what <see cref="JsonProperty.NameEquals(ReadOnlySpan{byte})"/> says,
    /// sooner.</summary>
    public static bool IsNamed(this JsonProperty member, ReadOnlySpan<byte> utf8)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        return raw.SequenceEqual(utf8) || (raw.Contains((byte)'\\') && member.NameEquals(utf8));
    }

    public static string Shortened(string text) => text.Length <= MaxLength ? text : text[..MaxLength] + "…";
}
