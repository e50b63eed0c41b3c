using System.Globalization;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Graphs;

/// <summary>
/// The full names that unrolling makes, and what they stand for: a layer with shorthand for its last part, a structure for its output.
/// </summary>
internal sealed class Names(Report report)
{
    /// <summary>In place of a port until a wire is followed: a bare name; and the layer itself, not what its name stands for.</summary>
    public const int Bare = -1, Itself = -2;

    /// <summary>What a name stands for. <paramref name="Final"/>: it was followed to the end.</summary>
    private readonly record struct Alias(Wire Wire, bool Final = false);

    private readonly Dictionary<string, Alias> _aliases = [];

    /// <summary>Full names with a <c>/</c>; those without are in their scope.</summary>
    private readonly HashSet<string> _names = [];
    private readonly HashSet<string> _ported = [];

    /// <param name="full">A name with a <c>/</c>.</param>
    public void Add(string full) => _names.Add(full);

    /// <summary>Says that a layer has parts only, and no output of its bare name.</summary>
    public void AddPorted(string layer) => _ported.Add(layer);

    /// <param name="final">Whether the wire is a layer's, and stands for nothing else.</param>
    public void SetAlias(string name, Wire meant, bool final = false) => _aliases[name] = new(meant, final);

    /// <summary>For each layer that a shorter name stands for: the shortest.</summary>
    public Dictionary<string, string> KnownAs()
    {
        var known = new Dictionary<string, string>(_aliases.Count);
        foreach (var name in _aliases.Keys.ToList())
        {
            var final = Followed(new(name, Bare)).Source;
            if (!known.TryGetValue(final, out var shorter) || name.Length < shorter.Length)
                known[final] = name;
        }

        return known;
    }

    /// <summary>
    /// <c>name:1</c> is a part of a split, <c>name:state</c> and <c>name:cell</c> are those of a recurrent layer, a name alone is
    /// <see cref="Bare"/>; the name is empty where something else follows the colon.
    /// </summary>
    public static (string Name, int Port) NameAndPort(string written)
    {
        var colon = written.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return (written, Bare);
        if (PartNames.PortOf(written.AsSpan(colon + 1)) is { } known)
            return (written[..colon], known);
        return int.TryParse(written.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (written[..colon], port)
            : ("", Bare);
    }

    /// <summary>The wire to an input or output; reports the bare name of a layer that has parts only.</summary>
    /// <param name="user">Who names it.</param>
    public Wire ToOne(Wire wire, SpecPath user, Layer? layer = null, int input = 0)
    {
        var followed = Followed(wire);
        if (followed.Port >= 0)
            return followed;
        if (_ported.Contains(followed.Source))
            report.Error(
                Codes.UnknownInput,
                layer?.EdgeOf(input)?.Reference ?? user,
                $"{followed.Source} has several outputs, and its name alone means none of them. Name one, such as '{followed.Source}:0'."
            );
        return new(followed.Source);
    }

    /// <summary>
    /// Whether something has this full name. One without a <c>/</c> was found in its scope; the others are known when all is unrolled.
    /// </summary>
    public bool Exists(string full) => !full.Contains('/', StringComparison.Ordinal) || _names.Contains(full);

    /// <summary>
    /// Follows what a name stands for (a shorthand's last layer, a repetition's last output) to the layer that computes it.
    /// </summary>
    private Wire Followed(Wire wire)
    {
        if (wire.Port == Itself)
            return new(wire.Source);
        if (!_aliases.TryGetValue(wire.Source, out var alias))
            return wire;
        if (!alias.Final)
            alias = Follow(wire.Source, alias);
        return alias.Wire.Port < 0 || wire.Port > 0 ? alias.Wire with { Port = wire.Port } : alias.Wire;
    }

    /// <summary>
    /// Follows to the end, and keeps it for every name on the way: empty repetitions make chains as long as the network, and a circle has
    /// no end.
    /// </summary>
    private Alias Follow(string name, Alias alias)
    {
        var passed = new List<(string Name, Wire Meant)> { (name, alias.Wire) };
        while (!alias.Final && passed.Count < LayerReader.MaxLayers && _aliases.TryGetValue(alias.Wire.Source, out var next))
        {
            passed.Add((alias.Wire.Source, next.Wire));
            alias = next;
        }

        var end = alias.Wire;
        for (var i = passed.Count - 1; i >= 0; i--)
        {
            end = passed[i].Meant.Port > 0 || end.Port < 0 ? end with { Port = passed[i].Meant.Port } : end;
            _aliases[passed[i].Name] = new(end, Final: true);
        }

        return new(end, Final: true);
    }
}
