using System.Text.Json;
using System.Text.Unicode;

namespace ConcatService.Domain.Fields;

/// <summary>Refuses JSON whose strings are no text.</summary>
/// <remarks>
/// The parser looks at neither: bytes that are not UTF-8, and an escaped half of a surrogate pair, which is valid by the letter of JSON.
/// Both would throw wherever the string is read later.
/// </remarks>
public static class Unicode
{
    /// <exception cref="JsonException">The bytes are not JSON, or a string in it is no text.</exception>
    public static void Require(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        if (!Utf8.IsValid(utf8))
            throw new JsonException("The bytes are not UTF-8.");
        if (utf8.IndexOf("\\u"u8) < 0)
            return;
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped)
                continue;
            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException)
            {
                throw new JsonException($"The string at byte {reader.TokenStartIndex} contains half of a surrogate pair.");
            }
        }
    }
}
