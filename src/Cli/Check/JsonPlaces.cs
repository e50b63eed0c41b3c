using System.Globalization;
using System.Text.Json;

namespace ConcatService.Cli.Check;

/// <summary>Places in a JSON text.</summary>
internal static class JsonPlaces
{
    /// <summary>The line, from 1, of what a JSON Pointer names, or of the nearest thing around it that is there.</summary>
    public static int LineOf(ReadOnlySpan<byte> json, string pointer)
    {
        if (json.StartsWith("\ufeff"u8))
            json = json[3..];
        var reader = new Utf8JsonReader(json, new() { MaxDepth = 2000 });
        reader.Read();
        var at = reader.TokenStartIndex;
        foreach (var segment in pointer.Split('/').Skip(1))
        {
            if (!Enter(ref reader, segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
                break;
            at = reader.TokenStartIndex;
        }

        return json[..(int)at].Count((byte)'\n') + 1;
    }

    /// <summary>Moves to a member of the value that is read; false where there is none.</summary>
    private static bool Enter(ref Utf8JsonReader reader, string segment)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isIt = reader.ValueTextEquals(segment);
                reader.Read();
                if (isIt)
                    return true;
                reader.Skip();
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray && int.TryParse(segment, CultureInfo.InvariantCulture, out var wanted))
        {
            for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
            {
                if (i == wanted)
                    return true;
                reader.Skip();
            }
        }

        return false;
    }
}
