using ConcatService.Domain.Graphs;
using ConcatService.Domain.Operators;
using ConcatService.Operators;

namespace ConcatService.ConcatBench;

/// <summary>A merge that cannot run, with the layers that lead to each of its inputs and not to all of them.</summary>
public sealed class BrokenMerge
{
    private readonly Graph _graph;
    private readonly ReferenceShapes _reference;
    private readonly Func<string, long> _symbols;
    private readonly UnroundedSizes _unrounded;
    private readonly Sizes[] _inputs;
    private readonly Dictionary<string, Layer> _byName;
    private readonly Dictionary<string, HashSet<string>> _leading = [];

    /// <param name="symbols">The sizes that the reference was made for.</param>
    public BrokenMerge(Graph graph, ReferenceShapes reference, Layer merge, Func<string, long>? symbols = null)
    {
        (_graph, _reference, Layer, _symbols) = (graph, reference, merge, symbols ?? Networks.SymbolSizes.Default);
        _unrounded = UnroundedSizes.Of(graph, reference);
        _inputs = OfOneAxis(Array.ConvertAll(merge.Inputs, wire => reference.Sizes[wire]));
        _byName = graph.Layers.ToDictionary(layer => layer.Name);
        var leading = Array.ConvertAll(
            merge.Inputs,
            wire => _leading[wire.Source] = Leading(wire.Source, name => _byName.TryGetValue(name, out var layer) ? layer.Inputs : [])
        );
        var common = leading.Aggregate(
            new HashSet<string>(leading[0]),
            (all, one) =>
            {
                all.IntersectWith(one);
                return all;
            }
        );
        BranchLayers = [.. graph.Layers.Where(layer => !common.Contains(layer.Name) && leading.Any(one => one.Contains(layer.Name)))];
    }

    public Layer Layer { get; }

    /// <summary>The layers of the branches, in execution order: those that lead to one input or some, and not to all.</summary>
    public IReadOnlyList<Layer> BranchLayers { get; }

    /// <summary>The cause by the decision order of spec-format (cause.kind), from the reference's sizes alone.</summary>
    public string Cause()
    {
        if (_inputs.Any(input => input.Dims.Length != _inputs[0].Dims.Length))
            return "rank_difference";
        var axis = Layer.Operator is Concat concat ? AxisOf(concat) : -1;
        var differing = Enumerable.Range(0, _inputs[0].Dims.Length).Where(i => i != axis && Differs(i)).ToList();
        if (differing.Count == 0 && _inputs.Any(input => input.IsInteger != _inputs[0].IsInteger))
            return "dtype_difference";
        if (
            _inputs.Any(input => input.Axes != _inputs[0].Axes)
            || BranchLayers.Any(layer => layer.Operator.DataFormat is { } own && own != _graph.Layout)
            || TurnedFits(axis)
        )
            return "mixed_layout";
        if (
            Layer.Operator is Concat
            && (
                axis < 0
                || axis >= _inputs[0].Dims.Length
                || (
                    _inputs[0].Axes[axis] != 'C'
                    && differing is [var only]
                    && _inputs[0].Axes[only] == 'C'
                    && _inputs.All(input => input.Dims[axis] == _inputs[0].Dims[axis])
                )
            )
        )
            return "wrong_axis";
        var letters = differing.Select(i => _inputs[0].Axes[i]).ToList();
        if (letters.Count == 0)
            return "degenerate";
        if (letters.Contains('C'))
            return letters.Count > 1 ? "several_differences" : "width_difference";
        if (letters.All(letter => Agree(letter, track => track.Exact)))
            return "odd_size_rounding";
        if (letters.All(letter => Agree(letter, track => track.Full)))
            return "padding_difference";
        if (!LayersWithStride().Any() || letters.All(letter => Agree(letter, track => track.Scale)))
            return "one_branch_differs";
        return LayersWhoseStrideRepairs().Count == 0 && HasAnotherCandidate(letters) ? "wrong_input" : "stride_difference";
    }

    /// <summary>
    /// The first layer of the branches that rounded a remainder away; where none did, the first that made one up. What takes another
    /// layer's size hides what came before it.
    /// </summary>
    public Layer? FirstRounding()
    {
        var sizing = Layer.Inputs.SelectMany(wire => Leading(wire.Source, SizeInputs)).ToHashSet();
        var own = BranchLayers.Where(layer => sizing.Contains(layer.Name)).ToList();
        return own.Find(layer => Rounds(layer, _unrounded.RoundsDown)) ?? own.Find(layer => Rounds(layer, _unrounded.RoundsUp));
    }

    private bool Rounds(Layer layer, Func<Layer, char, bool> on) => _reference.Sizes[layer.Inputs[0]].Spatial.Any(axis => on(layer, axis));

    private IEnumerable<Wire> SizeInputs(string name) =>
        !_byName.TryGetValue(name, out var layer) ? []
        : layer.Operator.Like is null ? layer.Inputs
        : layer.Inputs[^1..];

    /// <summary>The layers of the branches whose windows leave out cells, or add some.</summary>
    public IEnumerable<Layer> LayersWithUnevenPadding() =>
        BranchLayers.Where(layer =>
            Enumerable
                .Range(0, _reference.Sizes[layer.Inputs[0]].Spatial.Length)
                .Any(i => UnroundedSizes.UncoveredElements(layer, i) != 0)
        );

    /// <summary>The layers of the branches that have a stride or scale of which a usual value makes the whole network run.</summary>
    public List<Layer> LayersWhoseStrideRepairs() =>
        [.. LayersWithStride().Where(layer => Enumerable.Range(0, Others(layer.Operator).Count()).Any(other => Runs(layer, other)))];

    /// <summary>The layers of the branches that have a stride or scale.</summary>
    public IEnumerable<Layer> LayersWithStride() => BranchLayers.Where(layer => Others(layer.Operator).Any());

    // What is written once may stand for several layers, which then all change.
    private bool Runs(Layer changed, int other)
    {
        var path = changed.Path.ToString();
        var layers = _graph
            .Layers.Select(layer =>
                layer.Operator.Kind == changed.Operator.Kind
                && layer.Path.ToString() == path
                && Others(layer.Operator).ElementAtOrDefault(other) is { } edited
                    ? layer with
                    {
                        Operator = edited,
                    }
                    : layer
            )
            .ToList();
        return ReferenceShapes.Of(_graph with { Layers = layers }, _symbols).Failing.Count == 0;
    }

    // A stride of 1, 2 or the kernel, with "same" padding where the window then needs it; a scale of 1 or 2.
    private static IEnumerable<Operator> Others(Operator op) => op switch
    {
        Conv conv when conv.Stride != 1 => new[] { 1, 2, conv.KernelSize }.SelectMany(stride =>
            new[] { conv with { Stride = stride }, conv with { Stride = stride, Padding = Domain.Fields.Padding.Same } }
        ),
        MaxPool pool when (pool.Stride ?? pool.KernelSize) != 1 => new[] { 1, 2, pool.KernelSize }.SelectMany(stride =>
            new[] { pool with { Stride = stride }, pool with { Stride = stride, Padding = Domain.Fields.Padding.Same } }
        ),
        AvgPool pool when (pool.Stride ?? pool.KernelSize) != 1 => new[] { 1, 2, pool.KernelSize }.SelectMany(stride =>
            new[] { pool with { Stride = stride }, pool with { Stride = stride, Padding = Domain.Fields.Padding.Same } }
        ),
        ConvTranspose up when up.Stride != 1 => new[] { 1, 2, up.KernelSize }.Select(stride => up with { Stride = stride }),
        Upsample { ScaleFactor: { } scale } up when scale != 1 => new double[] { 1, 2 }.Select(factor => up with { ScaleFactor = factor }),
        _ => [],
    };

    /// <summary>
    /// Whether an input that differs from all others could be taken from another layer of the right size: one before it on its own way, or
    /// one on the way of
    /// another input that left this size and came back to it, as the ways of a U-Net do.
    /// </summary>
    private bool HasAnotherCandidate(List<char> letters)
    {
        if (Layer.References is null)
            return false;
        for (var wrong = 0; wrong < _inputs.Length; wrong++)
        {
            var others = Enumerable.Range(0, _inputs.Length).Where(i => i != wrong).ToList();
            if (others.Exists(i => letters.Exists(letter => _inputs[i][letter] != _inputs[others[0]][letter])))
                continue;
            bool Fits(Layer layer) =>
                _reference.Sizes[new(layer.Name)] is var sizes
                && sizes.Axes == _inputs[wrong].Axes
                && letters.TrueForAll(letter => sizes[letter] == _inputs[others[0]][letter]);
            var ways = Array.ConvertAll(
                Layer.Inputs,
                wire => BranchLayers.Where(layer => _leading[wire.Source].Contains(layer.Name)).ToList()
            );
            if (ways[wrong].Exists(Fits) || others.Exists(i => ways[i].SkipWhile(layer => !Fits(layer)).Any(layer => !Fits(layer))))
                return true;
        }

        return false;
    }

    // A vector of whole numbers is read as steps, and meant as features where it meets a vector of others.
    private static Sizes[] OfOneAxis(Sizes[] inputs) =>
        inputs.All(input => input.Dims.Length == 1) && inputs.Any(input => !input.IsInteger)
            ? Array.ConvertAll(inputs, input => input.IsInteger ? input with { Axes = "C" } : input)
            : inputs;

    private bool Differs(int i) => Layer.Operator is Elementwise
        ? _inputs.Where(input => input.Dims[i] != 1).Select(input => input.Dims[i]).Distinct().Count() > 1
        : _inputs.Any(input => input.Dims[i] != _inputs[0].Dims[i]);

    private int AxisOf(Concat concat) => concat.Axis.Number is { } number
        ? number == 0 ? -1 : (int)(number < 0 ? number + _inputs[0].Dims.Length : number - 1)
        : _inputs[0].Axes.IndexOf(char.ToUpperInvariant(Domain.Shapes.Axes.Name(concat.Axis.Axis)[0]), StringComparison.Ordinal);

    // Two inputs, one of which would fit with its channels at the other end; a gate of ones and channels stretches there.
    private bool TurnedFits(int axis)
    {
        var isElementwise = Layer.Operator is Elementwise;
        if (_inputs.Length != 2 || (axis < 0 && !isElementwise) || _inputs[1].Dims.Length < (isElementwise ? 2 : 3))
            return false;
        return isElementwise
            ? Turned(_inputs[0]).Any(dims => Fits(dims, _inputs[1])) || Turned(_inputs[1]).Any(dims => Fits(dims, _inputs[0]))
            : Turned(_inputs[1]).Any(dims => Fits(dims, _inputs[0]));

        bool Fits(long[] turned, Sizes other) =>
            !turned.Where((size, i) => i != axis && size != other.Dims[i] && !(isElementwise && (size == 1 || other.Dims[i] == 1))).Any();
    }

    private static IEnumerable<long[]> Turned(Sizes sizes) =>
        [[sizes.Dims[^1], .. sizes.Dims[..^1]], [.. sizes.Dims[1..], sizes.Dims[0]]];

    private bool Agree(char axis, Func<UnroundedSize, double> of)
    {
        var tracks = Layer
            .Inputs.Where((_, i) => Layer.Operator is not Elementwise || _inputs[i][axis] != 1)
            .Select(wire => of(_unrounded[wire, axis]))
            .ToList();
        return tracks.TrueForAll(track => Math.Abs(track - tracks[0]) < 1e-9);
    }

    /// <summary>Whether one of the inputs has a time axis.</summary>
    public bool HasSequence => _inputs.Any(input => input.Axes.Contains('T', StringComparison.Ordinal));

    /// <summary>Whether the network tells that this layer's width is wrong, and not that of another input.</summary>
    public bool TellsWidth(string pointer) => new WidthEvidence(_graph, _reference, this).Tells(pointer);

    private static HashSet<string> Leading(string source, Func<string, IEnumerable<Wire>> reads)
    {
        var leading = new HashSet<string>();
        var open = new Stack<string>([source]);
        while (open.TryPop(out var name))
        {
            if (!leading.Add(name))
                continue;
            foreach (var wire in reads(name))
                open.Push(wire.Source);
        }

        return leading;
    }
}
