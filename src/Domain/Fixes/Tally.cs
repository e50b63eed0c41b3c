using System.Runtime.InteropServices;

namespace ConcatService.Domain.Fixes;

/// <summary>
/// How usual a trait is among a layer's siblings: counted once for all layers, since a network may have thousands and each of them asks.
/// </summary>
internal sealed class Tally
{
    private readonly Dictionary<string, (string Group, string Trait)> _of = [];
    private readonly Dictionary<string, int> _inGroup = [];
    private readonly Dictionary<(string Group, string Trait), int> _with = [];

    /// <param name="layers">Each place of the spec once; siblings are those of one group.</param>
    public Tally(IEnumerable<(string Path, string Group, string Trait)> layers)
    {
        foreach (var (path, group, trait) in layers)
        {
            _of.Add(path, (group, trait));
            CollectionsMarshal.GetValueRefOrAddDefault(_inGroup, group, out _)++;
            CollectionsMarshal.GetValueRefOrAddDefault(_with, (group, trait), out _)++;
        }
    }

    /// <summary>The share, 0 to 1, of the others in the group that have the trait; 0 where there are no others.</summary>
    public double Share(string path, string group, string trait)
    {
        var own = _of.GetValueOrDefault(path);
        var others = _inGroup.GetValueOrDefault(group) - (own.Group == group ? 1 : 0);
        var like = _with.GetValueOrDefault((group, trait)) - (own == (group, trait) ? 1 : 0);
        return others == 0 ? 0 : (double)like / others;
    }
}
