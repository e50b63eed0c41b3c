using System.Runtime.InteropServices;
using System.Text.Json;
using ConcatService.Domain.Fields;

namespace ConcatService.Import.Keras;

/// <summary>The JSON of a Keras model, with the place of every value in it.</summary>
internal sealed class KerasFile : IDisposable
{
    private const int MaxDepth = 200;

    private readonly ReadOnlyMemory<byte> _utf8;
    private readonly List<int> _lines = [0];
    private readonly JsonDocument _document;

    private KerasFile(ReadOnlyMemory<byte> utf8, JsonDocument document)
    {
        (_utf8, _document) = (utf8, document);
        for (var i = 0; i < utf8.Length; i++)
        {
            if (utf8.Span[i] == '\n')
                _lines.Add(i + 1);
        }
    }

    public JsonElement Root => _document.RootElement;

    /// <exception cref="ImportException">The bytes are not JSON.</exception>
    public static KerasFile Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            Unicode.Require(utf8.Span, MaxDepth);
            return new(utf8, JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth }));
        }
        catch (JsonException fault)
        {
            throw ImportException.Malformed("this is not JSON.", (fault.LineNumber ?? 0) + 1, (fault.BytePositionInLine ?? 0) + 1);
        }
    }

    public Place PlaceOf(JsonElement value, string text)
    {
        if (!_utf8.Span.Overlaps(JsonMarshal.GetRawUtf8Value(value), out var negative))
            return Place.Of(1, 1, text);
        var offset = Math.Abs(negative);
        var found = _lines.BinarySearch(offset);
        var line = found >= 0 ? found : ~found - 1;
        return Place.Of(line + 1, offset - _lines[line] + 1, text);
    }

    public void Dispose() => _document.Dispose();
}
