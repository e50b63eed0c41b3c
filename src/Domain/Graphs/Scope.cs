namespace ConcatService.Domain.Graphs;

/// <summary>
/// The names that a layer of one list sees: its list's earlier layers, then the enclosing lists inside out (spec-format, Structure).
/// </summary>
internal sealed class Scope(string prefix, Scope? parent, int positionInParent)
{
    private readonly Dictionary<string, int> _positions = [];

    public bool IsRoot => prefix.Length == 0;

    public string FullName(string name) => prefix.Length == 0 ? name : prefix + name;

    public void EnsureCapacity(int names) => _positions.EnsureCapacity(names);

    /// <summary>False when the list has this name already.</summary>
    public bool TryAdd(string name, int position) => _positions.TryAdd(name, position);

    /// <summary>Whether one of the network's inputs has this name, which full names must not repeat.</summary>
    public bool IsInput(string name) => IsRoot && parent!._positions.ContainsKey(name);

    /// <summary>The full name that a reference means here, or null. What follows a <c>/</c> leads into a structure.</summary>
    /// <param name="later">Whether what is meant is written after the reference.</param>
    public string? Resolve(string name, int position, out bool later)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var head = slash < 0 ? name : name[..slash];
        var full = ResolveHead(head, position, out later);
        return full is null || slash < 0 ? full : full + name[slash..];
    }

    /// <summary>Every name that can be seen from here, for spelling help.</summary>
    public IEnumerable<string> Visible => parent is null ? _positions.Keys : _positions.Keys.Concat(parent.Visible);

    private string? ResolveHead(string name, int position, out bool later)
    {
        later = false;
        var own = _positions.GetValueOrDefault(name, int.MaxValue);
        if (own < position)
            return FullName(name);
        if (parent?.ResolveHead(name, positionInParent, out later) is { } outer)
            return outer;
        later = true;
        return own != int.MaxValue ? FullName(name) : null;
    }
}
