using System.Globalization;
using System.Text;

namespace ConcatService.Domain.Diagnostics;

/// <summary>Where a value stands in the JSON as sent. Printed as a JSON Pointer (RFC 6901), and only when someone asks.</summary>
public sealed class SpecPath
{
    private readonly SpecPath? _parent;
    private readonly string? _key;
    private readonly int _index;

    private SpecPath(SpecPath? parent, string? key, int index)
    {
        _parent = parent;
        _key = key;
        _index = index;
    }

    public static SpecPath Root { get; } = new(null, null, -1);

    public SpecPath this[string key] => new(this, key, -1);

    public SpecPath this[int index] => new(this, null, index);

    /// <summary>The path of the object or array that holds this value; null for the root.</summary>
    public SpecPath? Parent => _parent;

    /// <summary>The name of the member that this value is; null for an item of an array and for the root.</summary>
    public string? Key => _key;

    /// <summary>The position in the array that holds this value, or -1 for a member of an object.</summary>
    public int Index => _index;

    public override string ToString()
    {
        if (_parent is null)
            return "";
        var own = _key is null
            ? _index.ToString(CultureInfo.InvariantCulture)
            : _key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
        return string.Concat(_parent.ToString(), "/", own);
    }

    /// <summary>
    /// Prints without making a string: a report has a path for every layer. False when it does not fit, or a key needs escapes.
    /// </summary>
    internal bool TryFormat(Span<byte> utf8, out int written)
    {
        written = 0;
        if (_parent is null)
            return true;
        if (!_parent.TryFormat(utf8, out var before) || before == utf8.Length)
            return false;
        utf8[before++] = (byte)'/';
        int own;
        if (
            _key is null
                ? !_index.TryFormat(utf8[before..], out own, provider: CultureInfo.InvariantCulture)
                : _key.AsSpan().ContainsAny('~', '/') || !Encoding.UTF8.TryGetBytes(_key, utf8[before..], out own)
        )
            return false;
        written = before + own;
        return true;
    }
}
