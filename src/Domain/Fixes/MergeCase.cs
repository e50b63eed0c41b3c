using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Adapters;
using ConcatService.Domain.Fixes.Edits;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes;

/// <summary>
/// A merge that does not fit, with everything that the search for its cause and its fixes needs: the branches back to their common
/// ancestor.
/// </summary>
public sealed class MergeCase
{
    private readonly Dictionary<string, PlannedLayer> _layers = [];
    private readonly Dictionary<string, int> _order = [];
    private readonly HashSet<string> _aliases;
    private readonly Lazy<WholeWidthKernels?> _wholeWidth;

    /// <param name="isSample">Whether the sizes stand for all that some symbols may have, so that equal ones may be chance.</param>
    public MergeCase(Compilation compiled, Diagnostic diagnostic, JsonElement json, bool isSample = false)
    {
        IsSample = isSample;
        Compiled = compiled;
        Diagnostic = diagnostic;
        Mismatch = diagnostic.Mismatch!;
        Json = json;
        _aliases = [.. compiled.Graph.KnownAs.Values];
        foreach (var layer in compiled.Planned.Layers)
        {
            _layers.TryAdd(layer.Name, layer);
            _order.TryAdd(layer.Name, _order.Count);
        }

        Ancestor = FindAncestor();
        var descends = Descendants();
        Branches = [.. Merge.Inputs.Select((_, index) => BranchOf(index, descends))];
        _wholeWidth = new(() => WholeWidthKernels.Of(this));
    }

    public Compilation Compiled { get; }

    public Diagnostic Diagnostic { get; }

    public Mismatch Mismatch { get; }

    /// <summary>Whether the sizes are one choice of many.</summary>
    public bool IsSample { get; }

    /// <summary>Layers whose axes stay or go by a switch, after whose turn the whole network fits. Found once, when asked for.</summary>
    internal IReadOnlyList<PlannedLayer> RankEdits => field ??= Edits.RankEdits.Of(this);

    /// <summary>Plans the network again with other attributes.</summary>
    internal Replan Again => field ??= new(this);

    /// <summary>The spec as sent, which patches apply to.</summary>
    public JsonElement Json { get; }

    public PlannedLayer Merge => Mismatch.Layer;

    public IReadOnlyList<Branch> Branches { get; }

    /// <summary>One branch of each shape that the merge could have, the most frequent first. Found once, when asked for.</summary>
    internal IReadOnlyList<Branch> Targets => field ??= MergeTargets.Of(this);

    /// <summary>Layers that an input could have been meant to come from, the likeliest first. Found once, when asked for.</summary>
    public IReadOnlyList<SourceCandidate> SourceCandidates => field ??= Fixes.SourceCandidates.Of(this);

    /// <summary>
    /// Other values of one layer's padding, kernel or dilation after which the whole network fits, the likeliest first. Found once, when
    /// asked for.
    /// </summary>
    public IReadOnlyList<WindowEdit> WindowEdits => field ??= Fixes.WindowEdits.Of(this);

    /// <summary>
    /// Other values of one layer's stride or scale after which the whole network fits, the likeliest first. Found once, when asked for.
    /// </summary>
    public IReadOnlyList<ScaleEdit> ScaleEdits => field ??= Fixes.ScaleEdits.Of(this);

    /// <summary>Other values of any other attribute, after which the whole network fits. Found once, when asked for.</summary>
    internal IReadOnlyList<AttributeEdit> AttributeEdits => field ??= Edits.AttributeEdits.Of(this);

    /// <summary>Layers that make the whole network fit when they round the other way. Found once, when asked for.</summary>
    public IReadOnlyList<PlannedLayer> RoundingEdits => field ??= Edits.RoundingEdits.Of(this);

    /// <summary>Kernels that would fit if they were as wide as an embedding; null where that is not it.</summary>
    internal WholeWidthKernels? WholeWidthKernels => _wholeWidth.Value;

    /// <summary>The nearest layer or input that every branch comes from; null when there is none.</summary>
    public Wire? Ancestor { get; }

    public bool SameRank => Branches.All(branch => branch.Shape.Rank == Branches[0].Shape.Rank);

    /// <summary>The axes on which the inputs differ, apart from the one that is joined.</summary>
    public IEnumerable<Axis> DifferingAxes => Mismatch.Differing.Select(position => Branches[0].Shape.Axes[position]);

    /// <summary>
    /// Whether each input is one window over the same map, as in an Inception block: they are meant to see the same places.
    /// </summary>
    public bool IsSideBySide =>
        JoinsAxis
        && Ancestor is not null
        && Branches.All(branch => branch.Path.Count(layer => layer.Operator.Window is not null) == 1);


    /// <summary>Whether the inputs are joined along an axis; false where they meet element by element.</summary>
    public bool JoinsAxis => Merge.Operator is IMerge { JoinedAxis: not null };

    /// <summary>The axis of a shape that would be joined; null where they meet element by element, and where it has no such axis.</summary>
    public Axis? JoinedAxis(Shape shape) => JoinedPosition(shape) is { } position ? shape.Axes[position] : null;

    /// <summary>The written position of <see cref="JoinedAxis"/>.</summary>
    public int? JoinedPosition(Shape shape) =>
        Merge.Operator is IMerge { JoinedAxis: { } named } && named.PositionIn(shape) is > 0 and var position ? position : null;

    /// <summary>Whether only spatial axes differ, by sizes that are numbers.</summary>
    public bool IsSpatial => Mismatch.Differing.Count > 0 && DifferingAxes.All(axis => axis.IsSpatial())
        && Branches.All(branch => DifferingAxes.All(axis => branch.Shape.Has(axis) && branch.Shape[axis].IsKnown));

    /// <summary>The name by which people and the spec know a layer's output.</summary>
    public string NameOf(string layer) => Compiled.Graph.KnownAs.GetValueOrDefault(layer, layer);

    /// <summary>
    /// Whether a branch is an input of the network as it is given, and that a list of numbers with a feature axis of one: the columns of a
    /// table, which are features each by itself.
    /// </summary>
    public bool IsColumn(Branch branch) =>
        branch is { Path: [], Shape: { Rank: 3, DType: DType.Float32 } shape }
        && Ancestor is null
        && shape.Has(Axis.Channels)
        && shape[Axis.Channels] == 1;

    /// <summary>The size of a branch, whatever it is, for an attribute that takes another layer's.</summary>
    public JsonObject Like(Branch branch) => new() { ["like"] = NameOf(Merge.Inputs[branch.Index].Source) };

    /// <summary>
    /// Whether the layer is one that people know: not the inside of a shorthand, such as the convolution before its own activation.
    /// </summary>
    public bool CanBeTapped(PlannedLayer layer)
    {
        if (layer.Inputs.Length == 0)                                             // the same for every sample, so not what was meant
            return false;
        if (Compiled.Graph.KnownAs.ContainsKey(layer.Name))
            return true;
        var slash = layer.Name.LastIndexOf('/');
        return !_aliases.Contains(layer.Name)
            && (slash < 0 || !_aliases.Contains(layer.Name[..slash]) || layer.Path != Producer(new Wire(layer.Name[..slash]))?.Path);
    }

    /// <summary>
    /// Whether the branches are of sequences that dilated windows without padding make shorter, as in WaveNet: nothing else says that steps
    /// see no later ones.
    /// </summary>
    public bool IsCausal =>
        IsSpatial
        && DifferingAxes.All(axis => axis == Axis.Time)
        && Branches.Any(branch =>
            branch.Path.Any(layer =>
                layer.Operator.Window is { IsTransposed: false, Padding.IsSame: false } window
                && window.Dilation[0] > 1
                && window.Padding.Cells[0] == 0
            )
        );

    /// <summary>Whether no window of the network is padded, as in the original U-Net, which cuts its skips instead.</summary>
    public bool IsUnpadded =>
        Compiled.Graph.Layers.All(layer =>
            layer.Operator.Window is not { IsTransposed: false, LargestKernel: > 1 } window
            || window.Stride[0] > 1
            || (!window.Padding.IsSame && window.Padding.Cells == 0)
        );

    /// <summary>How many layers read what a branch gives, the merge among them.</summary>
    public int Readers(Branch branch)
    {
        var source = Merge.Inputs[branch.Index];
        return Compiled.Graph.Layers.Count(layer => Array.IndexOf(layer.Inputs, source) >= 0);
    }

    /// <summary>Where the layer stands in the order of execution.</summary>
    public int OrderOf(PlannedLayer layer) => _order.GetValueOrDefault(layer.Name, -1);

    /// <summary>The layer that gives this wire, when it is one and it was planned.</summary>
    public PlannedLayer? Producer(Wire wire) => _layers.GetValueOrDefault(wire.Source);

    /// <summary>The layers before an input of the merge, the nearest first, by the first input of each.</summary>
    internal IEnumerable<PlannedLayer> Before(Branch branch)
    {
        const int MostLayers = 1000;
        var wire = Merge.Inputs[branch.Index];
        for (var i = 0; i < MostLayers && Producer(wire) is { } layer; i++)
        {
            yield return layer;
            if (layer.Inputs.Length == 0)
                yield break;
            wire = layer.Inputs[0];
        }
    }

    /// <summary>All layers that lead to an input of the merge and to no other one, the last first.</summary>
    internal IEnumerable<PlannedLayer> OnlyBefore(Branch branch)
    {
        var others = AncestorsOf(Merge.Inputs.Where((_, index) => index != branch.Index));
        return AncestorsOf([Merge.Inputs[branch.Index]])
            .Where(name => !others.Contains(name))
            .Select(name => _layers.GetValueOrDefault(name))
            .OfType<PlannedLayer>()
            .OrderByDescending(OrderOf);
    }

    private HashSet<string> AncestorsOf(IEnumerable<Wire> wires)
    {
        var ancestors = new HashSet<string>();
        var open = new Stack<string>(wires.Select(wire => wire.Source));
        while (open.TryPop(out var source))
        {
            if (!ancestors.Add(source) || !_layers.TryGetValue(source, out var layer))
                continue;
            foreach (var wire in FeedsOf(layer))
                open.Push(wire.Source);
        }

        return ancestors;
    }

    /// <summary>The branch that stands alone when all others agree in size; null otherwise, and for two branches.</summary>
    public Branch? Outlier
    {
        get
        {
            if (Branches.Count < 3 || !SameRank)
                return null;
            var groups = Branches
                .GroupBy(branch => string.Join('x', Mismatch.Differing.Select(position => branch.Shape.Dims[position])))
                .OrderBy(group => group.Count())
                .ToList();
            return groups.Count == 2 && groups[0].Count() == 1 ? groups[0].Single() : null;
        }
    }

    // Of widths that differ, what only gives a layer its size is not to blame.
    private IEnumerable<Wire> FeedsOf(PlannedLayer layer) =>
        layer.Operator.Like is not null
        && Mismatch.Differing.Count > 0
        && Mismatch.Differing.All(position => position < Merge.InputShapes[0].Rank && Merge.InputShapes[0].Axes[position] == Axis.Channels)
            ? layer.Inputs.SkipLast(1)
            : layer.Inputs;

    private Wire? FindAncestor()
    {
        HashSet<string>? common = null;
        foreach (var input in Merge.Inputs)
        {
            var ancestors = AncestorsOf([input]);
            if (common is null)
                common = ancestors;
            else
                common.IntersectWith(ancestors);
        }

        return common is { Count: > 0 } ? new Wire(common.MaxBy(name => _order.GetValueOrDefault(name, -1))!) : null;
    }

    private Branch BranchOf(int index, HashSet<string> descends)
    {
        var wire = Merge.Inputs[index];
        var name = Diagnostic.Inputs[index].Name;
        var path = new List<PlannedLayer>();
        for (var at = wire; at.Source != Ancestor?.Source && _layers.TryGetValue(at.Source, out var layer);)
        {
            path.Add(layer);
            if (layer.Inputs.Length == 0)
                break;
            var next = layer.Inputs.FirstOrDefault(
                input => input.Source == Ancestor?.Source || descends.Contains(input.Source),
                layer.Inputs[0]
            );
            at = next;
        }

        path.Reverse();
        var start =
            Ancestor is { } ancestor ? Compiled.Planned.Shapes.GetValueOrDefault(ancestor)
            : path.Count > 0 ? path[0].Input
            : Merge.InputShapes[index];
        return new(index, name, Merge.InputShapes[index], path, start);
    }

    private HashSet<string> Descendants()
    {
        var descends = new HashSet<string>();
        if (Ancestor is not { } ancestor)
            return descends;
        foreach (var layer in Compiled.Planned.Layers)
        {
            if (FeedsOf(layer).Any(input => input.Source == ancestor.Source || descends.Contains(input.Source)))
                descends.Add(layer.Name);
        }

        return descends;
    }
}
