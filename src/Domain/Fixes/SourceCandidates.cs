using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes;

/// <summary>A layer that would fit in the place of one input of the merge.</summary>
/// <param name="Wrong">The input that it would replace.</param>
/// <param name="Other">An input that it fits.</param>
/// <param name="IsOnPath">Whether it stands where a slip of the pen would have missed it: before the wrong input on its own way, or on the
/// way of another input that left this size and came back to it.</param>
/// <param name="Likelihood">How much speaks for it.</param>
/// <param name="IsUnread">Whether nothing reads it yet, while what it replaces is read elsewhere too: then nothing is lost.</param>
/// <param name="LeavesUnread">Whether nothing would read any more what it replaces.</param>
public sealed record SourceCandidate(
    Branch Wrong,
    Branch Other,
    PlannedLayer Layer,
    bool IsOnPath,
    double Likelihood,
    bool IsUnread,
    bool LeavesUnread
)
{
    /// <summary>
    /// The layer on the wrong input's way that would read it, where that way only projects or resizes what it reads: a lateral convolution
    /// of a pyramid, or its upsampling. Null where the merge itself would.
    /// </summary>
    public PlannedLayer? Via { get; init; }
}

/// <summary>Finds the layers that an input could have been meant to come from.</summary>
internal sealed class SourceCandidates
{
    /// <summary>Branches times layers; DenseNet-264 written flat has 70,000.</summary>
    private const long MostCompared = 200_000;

    private readonly MergeCase _merge;
    private readonly Dictionary<string, List<Layer>> _readers = [];
    private readonly Dictionary<string, int> _order = [];

    private SourceCandidates(MergeCase merge)
    {
        _merge = merge;
        foreach (var layer in merge.Compiled.Graph.Layers)
        {
            _order[layer.Name] = _order.Count;
            foreach (var wire in layer.Inputs)
            {
                if (!_readers.TryGetValue(wire.Source, out var readers))
                    _readers[wire.Source] = readers = [];
                readers.Add(layer);
            }
        }
    }

    /// <summary>All of them, the likeliest first.</summary>
    public static List<SourceCandidate> Of(MergeCase merge) =>
        merge.IsSpatial ? [.. new SourceCandidates(merge).All().OrderByDescending(tap => tap.Likelihood)] : [];

    private IEnumerable<SourceCandidate> All()
    {
        if (_merge.Branches.Count * (long)_order.Count > MostCompared)
            yield break;
        foreach (var wrong in _merge.Branches)
        {
            var others = _merge.Branches.Where(branch => branch != wrong).ToList();
            if (
                others.Count == 0
                || others.Exists(other => !Fits(other.Shape, others[0].Shape))
                || _merge.Merge.Layer.EdgeOf(wrong.Index)?.Reference is null
            )
                continue;
            var related = others.ConvertAll(Related);
            var onPath = wrong
                .Path.Where(layer => Fits(layer.Output, others[0].Shape))
                .Concat(
                    others.SelectMany(other =>
                        other
                            .Path.SkipLast(1)
                            .Where(
                                (layer, i) =>
                                    Fits(layer.Output, other.Shape) && other.Path.Skip(i + 1).Any(later => !Fits(later.Output, other.Shape))
                            )
                    )
                )
                .Select(layer => layer.Name)
                .Concat(related.SelectMany(each => each.Returning))
                .ToHashSet();
            var lateral = Lateral(wrong);
            foreach (var layer in _merge.Compiled.Planned.Layers)
            {
                if (
                    _merge.CanBeTapped(layer)
                    && !related.Exists(each => each.Same.Contains(layer.Name))
                    && Fits(layer.Output, others[0].Shape)
                    && !_merge.Merge.Inputs.Any(wire => wire.Source == layer.Name)
                )
                    yield return new(
                        wrong,
                        others[0],
                        layer,
                        onPath.Contains(layer.Name),
                        Likelihood(layer, _merge.Merge.Inputs[wrong.Index].Source, onPath.Contains(layer.Name)),
                        IsUnread(layer.Name) && !IsOnlyReader(wrong),
                        IsOnlyReader(wrong)
                    );
                if (
                    lateral is not null
                    && IsAnotherSource(layer, lateral, wrong.Shape, others[0].Shape)
                    && !related.Exists(each => each.Same.Contains(layer.Name))
                )
                    yield return new(
                        wrong,
                        others[0],
                        layer,
                        false,
                        Likelihood(layer, lateral.Inputs[0].Source, false),
                        IsUnread(layer.Name),
                        false
                    )
                    {
                        Via = lateral,
                    };
            }
        }
    }

    /// <summary>The first layer of a way that nothing else reads, behind a source that others read too; null where there is none.</summary>
    private PlannedLayer? Lateral(Branch wrong)
    {
        PlannedLayer? first = null;
        foreach (var layer in wrong.Path.Reverse())
        {
            if (layer.Inputs.Length != 1 || ReadersOf(layer.Name).Count != 1 || !layer.Output.SameAxes(layer.Input))
                break;
            first = layer;
        }

        return first is not null && ReadersOf(first.Inputs[0].Source).Count > 1 && first.Layer.EdgeOf(0)?.Reference is not null
            ? first
            : null;
    }

    /// <summary>
    /// Whether the way would give the target's size if it began at this layer; where it resizes, for a layer that nothing reads yet.
    /// </summary>
    private bool IsAnotherSource(PlannedLayer layer, PlannedLayer lateral, Shape given, Shape target)
    {
        var source = lateral.Input;
        return _merge.CanBeTapped(layer)
            && !_merge.Merge.Inputs.Any(wire => wire.Source == layer.Name)
            && layer.Name != lateral.Inputs[0].Source
            && (source.SpatialSizes == given.SpatialSizes ? _readers.ContainsKey(layer.Name) : IsUnread(layer.Name))
            && layer.Output.SameAxes(target)
            && source.SameAxes(target)
            && target.SpatialAxes.All(axis => layer.Output[axis] * given[axis] == source[axis] * target[axis])
            && _merge.OrderOf(layer) < _merge.OrderOf(lateral);
    }

    private bool Fits(Shape shape, Shape target)
    {
        if (!shape.SameAxes(target) || shape.DType != target.DType)
            return false;
        for (var i = 1; i < target.Rank; i++)
        {
            if (i != _merge.Mismatch.Axis && shape.Dims[i] != target.Dims[i])
                return false;
        }

        return true;
    }

    private double Likelihood(PlannedLayer layer, string source, bool isOnPath)
    {
        var (readers, name) = (ReadersOf(layer.Name), _merge.NameOf(layer.Name));
        var score = isOnPath ? 0.5 : 0;
        if (IsUnread(layer.Name))
            score += 3; // computed for nobody: it was meant for someone
        else if (
            readers is [var only]
            && (only.Operator.Effect.Has(Effect.Normalizes) || only.Operator.Nonlinearity is not null)
        )
            score -= 2; // half of a convolution with its norm and activation
        if (readers.Exists(reader => reader.Operator is IMerge))
            score -= 0.5;                                                                        // it has its merge already
        else if (readers.Exists(Rescales))
            score += 1; // the last of its size: where a skip starts
        if (ReadersOf(source).Count == 1)
            score -= 2;                                                                          // nobody would read the other one then
        if (ReadersOf(source).Exists(reader => reader.Operator is IMerge && reader.Name != _merge.Merge.Name))
            score += 1.5;                                                                        // the wrong one belongs to another merge
        if (Digits(name) is { Length: > 0 } digits && digits == Digits(_merge.Merge.Name))
            score += 1;
        else if (Digits(_merge.NameOf(source)) is { Length: > 0 } own && own == Digits(_merge.Merge.Name))
            score -= 2;                                                                          // its name says that it belongs here
        if (Stem(name) == Stem(_merge.NameOf(source)))
            score += 1;
        return score - (0.02 * Math.Min(50, Math.Abs(Order(layer.Name) - Order(source))));
    }

    /// <summary>
    /// What is computed from an input or what it is computed from, in two parts: at the same size throughout, so that a part would be
    /// joined with what it is made of, and with another size in between, as a U-Net's skip and what comes back up to it.
    /// </summary>
    private (HashSet<string> Same, HashSet<string> Returning) Related(Branch other)
    {
        var source = _merge.Merge.Inputs[other.Index].Source;
        var (before, after) = (AncestorsOf([source]), DescendantsOf([source]));
        var returning = AncestorsOf(before.Where(Differs));
        returning.UnionWith(DescendantsOf(after.Where(Differs)));
        before.UnionWith(after);
        before.ExceptWith(returning);
        return (before, returning);

        bool Differs(string name) => _merge.Producer(new Wire(name)) is { } layer && !Fits(layer.Output, other.Shape);
    }

    private HashSet<string> AncestorsOf(IEnumerable<string> names)
    {
        var ancestors = new HashSet<string>();
        var open = new Stack<string>(names);
        while (open.TryPop(out var source))
        {
            foreach (var wire in _merge.Producer(new Wire(source))?.Inputs ?? [])
            {
                if (ancestors.Add(wire.Source))
                    open.Push(wire.Source);
            }
        }

        return ancestors;
    }

    private HashSet<string> DescendantsOf(IEnumerable<string> names)
    {
        var (sources, descendants) = (names.ToHashSet(), new HashSet<string>());
        foreach (var layer in _merge.Compiled.Graph.Layers)
        {
            if (Array.Exists(layer.Inputs, wire => sources.Contains(wire.Source) || descendants.Contains(wire.Source)))
                descendants.Add(layer.Name);
        }

        return descendants;
    }

    private List<Layer> ReadersOf(string layer) => _readers.GetValueOrDefault(layer, []);

    private bool IsUnread(string layer) =>
        !_readers.ContainsKey(layer) && _merge.Compiled.Graph.Outputs.All(output => output.Wire.Source != layer);

    /// <summary>Whether the merge alone reads what this input comes from; a spec's input may stay unread.</summary>
    private bool IsOnlyReader(Branch branch) => _merge.Merge.Inputs[branch.Index].Source is var source && ReadersOf(source).Count == 1;

    private bool Rescales(Layer reader) =>
        _merge.Producer(new Wire(reader.Name)) is { } planned
        && planned.Output.Rank == planned.Input.Rank
        && !planned.Output.SameSizes(planned.Input)
        && planned.Output.SpatialSizes != planned.Input.SpatialSizes;

    private int Order(string name) => _order.GetValueOrDefault(name, -1);

    /// <summary>The number at the end of a name's last part: skips and joins of one level often share it.</summary>
    private static string Digits(string name) => name[(name.AsSpan().LastIndexOfAnyExceptInRange('0', '9') + 1)..];

    private static string Stem(string name) => name[..^Digits(name).Length];
}
