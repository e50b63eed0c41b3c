using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace ConcatService.Domain.Fields;

/// <summary>
/// The strings of a spec that come again and again: a layer's name is there once for itself and once for each layer that it feeds, and is
/// kept once.
/// </summary>
internal sealed class NameTable
{
    /// <summary>The longest name of a layer, input or symbol.</summary>
    public const int MaxNameLength = 64;

    private readonly HashSet<string> _known = [];
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private string _last = "";

    public NameTable() => _lookup = _known.GetAlternateLookup<ReadOnlySpan<char>>();

    public void EnsureCapacity(int names) => _known.EnsureCapacity(names);

    /// <summary>The text of a JSON string that names a layer, most often for the first time.</summary>
    public string Own(JsonElement json)
    {
        Span<char> letters = stackalloc char[MaxNameLength];
        if (!TryDecode(json, letters, out var length))
            return json.GetString()!;
        var text = letters[..length].ToString();
        return _last = _known.Add(text) || !_known.TryGetValue(text, out var known) ? text : known;
    }

    /// <summary>The text of a JSON string that most often names what was named before: the layer above.</summary>
    public string Reference(JsonElement json)
    {
        Span<char> letters = stackalloc char[MaxNameLength];
        if (!TryDecode(json, letters, out var length))
            return json.GetString()!;
        if (letters[..length].SequenceEqual(_last))
            return _last;
        if (_lookup.TryGetValue(letters[..length], out var known))
            return known;
        var text = letters[..length].ToString();
        _known.Add(text);
        return text;
    }

    /// <summary>The text of a JSON string of plain letters that fits; false for one with escapes and for a longer one.</summary>
    public static bool TryDecode(JsonElement json, Span<char> letters, out int length)
    {
        length = 0;
        var raw = JsonMarshal.GetRawUtf8Value(json)[1..^1];
        return raw.Length <= letters.Length && !raw.Contains((byte)'\\') && Encoding.UTF8.TryGetChars(raw, letters, out length);
    }
}
