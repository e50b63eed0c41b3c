using System.Globalization;

namespace ConcatService.Domain.Specs;

/// <summary>Where a value stands in the JSON as sent. Printed as a JSON Pointer (RFC 6901), and only when someone asks.</summary>
public sealed class SpecPath
{
    private readonly SpecPath? _parent;
    private readonly string? _key;
    private readonly int _index;
    private string? _text;

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

    /// <summary>The position in the array that holds this value, or -1 for a member of an object.</summary>
    public int Index => _index;

    public override string ToString() => _text ??= Print();

    private string Print()
    {
        if (_parent is null)
            return "";
        var own = _key is null ? _index.ToString(CultureInfo.InvariantCulture) : _key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
        return string.Concat(_parent.ToString(), "/", own);
    }
}
