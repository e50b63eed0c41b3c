using ConcatService.Domain.Fields;
using ConcatService.Domain.Graphs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Operators;

namespace ConcatService.ConcatBench;

/// <summary>
/// A tensor's sizes as the spec writes them, without the batch, and a letter for the meaning of each: <c>CHW</c>, <c>HWC</c>, <c>TC</c>,
/// <c>C</c>.
/// </summary>
public sealed record Sizes(long[] Dims, string Axes, bool IsInteger = false)
{
    public long this[char axis] => Dims[Axes.IndexOf(axis, StringComparison.Ordinal)];

    public string Spatial => string.Concat(Axes.Where(axis => axis != 'C'));

    public bool SameAs(Sizes other) => Axes == other.Axes && Dims.AsSpan().SequenceEqual(other.Dims);

    public override string ToString() => string.Join('x', Dims);
}

/// <summary>
/// The sizes in a network by PyTorch's published formulas, and the layers that cannot run. Written apart from the product's shape rules, of
/// which it knows only
/// the names of attributes: the benchmark's labels rest on it, and libtorch confirms it on the networks that run.
/// </summary>
public sealed class ReferenceShapes
{
    private readonly Dictionary<Wire, Sizes> _sizes = [];
    private readonly List<Layer> _failing = [];
    private readonly Graph _graph;

    private ReferenceShapes(Graph graph) => _graph = graph;

    public IReadOnlyDictionary<Wire, Sizes> Sizes => _sizes;

    /// <summary>The layers that cannot run though all their inputs are there, in execution order.</summary>
    public IReadOnlyList<Layer> Failing => _failing;

    /// <param name="graph">Names resolved and structures unrolled; no shapes.</param>
    /// <param name="symbols">Sizes for the symbols of the inputs; null where there are none.</param>
    public static ReferenceShapes Of(Graph graph, Func<string, long>? symbols = null)
    {
        var reference = new ReferenceShapes(graph);
        foreach (var input in graph.Inputs)
        {
            var axes = string.Concat(input.Shape.Axes.Skip(1).Select(Letter));
            reference._sizes[new(input.Name)] = new(
                [.. input.Shape.Dims.Skip(1).Select(dim => dim.Evaluate(symbols ?? (_ => 0)))],
                axes,
                input.Shape.DType == DType.Int64
            );
        }

        foreach (var layer in graph.Layers)
            reference.Walk(layer);
        return reference;
    }

    public static bool IsMerge(Layer layer) => layer.Operator is Concat or Elementwise;

    private void Walk(Layer layer)
    {
        if (layer.Inputs.Any(wire => !_sizes.ContainsKey(wire)))
            return;
        var inputs = Array.ConvertAll(layer.Inputs, wire => _sizes[wire]);
        var outputs = layer.Operator is Split split ? Parts(split, inputs[0]) : Of(layer.Operator, inputs) is { } one ? [one] : null;
        if (outputs is null || outputs.Any(output => output.Dims.Any(size => size < 1)))
        {
            _failing.Add(layer);
            return;
        }

        for (var port = 0; port < outputs.Length; port++)
            _sizes[new(layer.Name, port)] = outputs[port];
    }

    private Sizes? Of(Operator op, Sizes[] inputs)
    {
        if (op.DataFormat is not { } own || own == _graph.Layout)
            return In(_graph.Layout, op, inputs);
        // The sizes stay in their places and are read in the other order; what comes out is read in the spec's again.
        return In(own, op, [.. inputs.Select(input => Read(input, own))]) is { } output ? Read(output, _graph.Layout) : null;
    }

    private static Sizes Read(Sizes sizes, Layout layout) =>
        sizes.Axes.Length < 2 ? sizes : sizes with { Axes = Order(sizes.Spatial, layout) };

    private static string Order(string spatial, Layout layout) => layout == Layout.ChannelsFirst ? $"C{spatial}" : $"{spatial}C";

    private static Sizes? In(Layout layout, Operator op, Sizes[] inputs)
    {
        if (inputs.Length == 0 || IsUnknown(op))
            throw new NotSupportedException($"The benchmark has no {op.Kind}.");
        var x = inputs[0];
        var isMap = x.Axes == Order(x.Spatial, layout) && x.Spatial.Length > 0 && !x.IsInteger;
        return op switch
        {
            Concat concat => Concatenated(concat, inputs),
            Elementwise => Broadcast(inputs),
            Conv conv => isMap
                ? Convolved(
                    x,
                    i => (conv.KernelSize[i], conv.Stride[i], conv.Dilation[i], conv.Padding, false),
                    conv.OutChannels,
                    conv.SpatialRank
                )
                : null,
            MaxPool pool => isMap
                ? Convolved(
                    x,
                    i => (pool.KernelSize[i], (pool.Stride ?? pool.KernelSize)[i], pool.Dilation[i], pool.Padding, pool.CeilMode),
                    null,
                    pool.SpatialRank
                )
                : null,
            AvgPool pool => isMap
                ? Convolved(
                    x,
                    i => (pool.KernelSize[i], (pool.Stride ?? pool.KernelSize)[i], 1, pool.Padding, pool.CeilMode),
                    null,
                    pool.SpatialRank
                )
                : null,
            ConvTranspose up => isMap
                ? Each(
                    x,
                    (i, n) =>
                        ((n - 1) * up.Stride[i])
                        - (2 * up.Padding[i])
                        + (up.Dilation[i] * (up.KernelSize[i] - 1))
                        + up.OutputPadding[i]
                        + 1,
                    up.OutChannels
                )
                : null,
            Upsample { ScaleFactor: { } scale } => isMap ? Each(x, (i, n) => (long)Math.Floor(n * scale[i])) : null,
            Upsample { Size: { } size } => isMap ? Each(x, (i, _) => Target(size, i, x, inputs)) : null,
            CenterCrop crop => isMap ? Smaller(x, Each(x, (i, _) => Target(crop.Size, i, x, inputs))) : null,
            Pad { Size: { } size } => isMap
                ? Smaller(Each(x, (i, _) => Target(size, i, x, inputs)), x) is null
                    ? null
                    : Each(x, (i, _) => Target(size, i, x, inputs))
                : null,
            Pad pad => isMap ? Each(x, (i, n) => n + Sides(pad.Padding!.Value, x.Spatial.Length, i)) : null,
            AdaptivePool pool => isMap ? Each(x, (i, _) => pool.OutputSize[i]) : null,
            GlobalPool pool => isMap
                ? pool.KeepDims
                    ? Each(x, (_, _) => 1)
                    : new([x['C']], "C")
                : null,
            PixelShuffle { Kind: "pixel_unshuffle" } turn => isMap && x.Spatial.All(axis => x[axis] % turn.Factor == 0)
                ? Each(x, (_, n) => n / turn.Factor, x['C'] * turn.Factor * turn.Factor)
                : null,
            PixelShuffle turn => isMap && x['C'] % (turn.Factor * turn.Factor) == 0
                ? Each(x, (_, n) => n * turn.Factor, x['C'] / (turn.Factor * turn.Factor))
                : null,
            Linear linear => x.Axes.Contains('C', StringComparison.Ordinal) && !x.IsInteger ? With(x, 'C', linear.OutFeatures) : null,
            Embedding table => x.IsInteger && x.Axes == "T" ? new([x['T'], table.EmbeddingDim], "TC") : null,
            Recurrent cell => x.Axes == "TC" ? Last(x, cell.HiddenSize * (cell.Bidirectional ? 2 : 1), cell.ReturnSequences) : null,
            Flatten { StartDim: 1, EndDim: -1 } => new([x.Dims.Aggregate(1L, (product, size) => product * size)], "C", x.IsInteger),
            Permute permute => Permuted(x, permute),
            Cast cast => x with { IsInteger = cast.Dtype == DType.Int64 },
            Reshape reshape => Reshaped(x, reshape, layout),
            _ => x,
        };
    }

    private static bool IsUnknown(Operator op) => op
        is Slice
            or Expand
            or Flatten { StartDim: not 1 }
            or Flatten { EndDim: not -1 }
            or Split
            or Tile
            or Reorg
            or Stack
            or Reduce
            or MatMul
            or Attention
            or FoldSteps
            or UnfoldSteps
            or Opaque
            or Recurrent { ReturnState: true };

    // torch.reshape; the axes are the usual ones of the new rank.
    private static Sizes? Reshaped(Sizes x, Reshape reshape, Layout layout)
    {
        var (sizes, all) = (reshape.Shape.ToArray(), x.Dims.Aggregate(1L, (product, size) => product * size));
        var given = sizes.Where(size => size > 0).Aggregate(1L, (product, size) => product * size);
        if (sizes.Contains(-1) ? all % given != 0 : all != given)
            return null;
        var spatial = sizes.Length switch { 1 => "", 2 => "T", 3 => "HW", _ => "DHW" };
        return x with { Dims = [.. sizes.Select(size => size == -1 ? all / given : size)], Axes = Order(spatial, layout) };
    }

    private static Sizes Last(Sizes x, long width, bool all) => all ? With(x, 'C', width) : new([width], "C");

    private static Sizes? Concatenated(Concat concat, Sizes[] inputs)
    {
        var x = inputs[0];
        var position = concat.Axis.Number is { } number
            ? (int)(number < 0 ? number + x.Dims.Length : number - 1)
            : x.Axes.IndexOf(Letter(concat.Axis.Axis), StringComparison.Ordinal);
        if (
            concat.Axis.Number == 0
            || position < 0
            || position >= x.Dims.Length
            || inputs.Any(input => input.Axes != x.Axes || input.IsInteger != x.IsInteger)
        )
            return null;
        if (inputs.Any(input => input.Dims.Where((size, i) => i != position && size != x.Dims[i]).Any()))
            return null;
        var dims = (long[])x.Dims.Clone();
        dims[position] = inputs.Sum(input => input.Dims[position]);
        return x with { Dims = dims };
    }

    private static Sizes? Broadcast(Sizes[] inputs)
    {
        var dims = (long[])inputs[0].Dims.Clone();
        foreach (var input in inputs)
        {
            if (input.Axes != inputs[0].Axes || input.IsInteger != inputs[0].IsInteger)
                return null;
            for (var i = 0; i < dims.Length; i++)
            {
                if (input.Dims[i] != dims[i] && input.Dims[i] != 1 && dims[i] != 1)
                    return null;
                dims[i] = Math.Max(dims[i], input.Dims[i]);
            }
        }

        return inputs[0] with { Dims = dims };
    }

    // torch.nn.Conv2d and torch.nn.MaxPool2d, "Shape"; "same" as TensorFlow defines it.
    private static Sizes? Convolved(
        Sizes x,
        Func<int, (long Kernel, long Stride, long Dilation, Padding Padding, bool Ceil)> window,
        long? channels,
        int rank
    )
    {
        if (x.Spatial.Length != rank)
            return null;
        return Each(x, (i, n) =>
        {
            var (kernel, stride, dilation, padding, ceil) = window(i);
            if (padding.IsSame)
                return (n + stride - 1) / stride;
            var reach = n + (2 * padding.Cells[i]) - (dilation * (kernel - 1)) - 1;
            if (reach < 0 || (channels is null && padding.Cells[i] > kernel / 2))
                return 0;
            var size = ((reach + (ceil ? stride - 1 : 0)) / stride) + 1;
            return ceil && (size - 1) * stride >= n + padding.Cells[i] ? size - 1 : size;
        }, channels);
    }

    private static Sizes Each(Sizes x, Func<int, long, long> size, long? channels = null)
    {
        var spatial = 0;
        return x with { Dims = [.. x.Dims.Select((n, i) => x.Axes[i] == 'C' ? channels ?? n : size(spatial++, n))] };
    }

    private static Sizes? Smaller(Sizes large, Sizes small) => small.Spatial.All(axis => small[axis] <= large[axis]) ? small : null;

    private static long Target(TargetSize size, int dimension, Sizes x, Sizes[] inputs) =>
        size.Like is null ? size.Cells[dimension] : inputs[^1][x.Spatial[dimension]];

    private static long Sides(Integers padding, int rank, int dimension) =>
        padding.IsOne ? 2 * padding[0] : padding[2 * (rank - 1 - dimension)] + padding[(2 * (rank - 1 - dimension)) + 1];

    private static Sizes With(Sizes x, char axis, long size) =>
        x with
        {
            Dims = [.. x.Dims.Select((n, i) => x.Axes[i] == axis ? size : n)],
        };

    private static Sizes? Permuted(Sizes x, Permute permute)
    {
        if (permute.Dims.Count != x.Dims.Length + 1)
            return null;
        if (x.Axes.Length != x.Dims.Length)
            throw new NotSupportedException($"The benchmark has no names for the dimensions of {x}.");
        var order = permute.Dims.ToArray().Skip(1).Select(dim => (int)(dim < 0 ? dim + x.Dims.Length : dim - 1)).ToArray();
        return x with { Dims = [.. order.Select(i => x.Dims[i])], Axes = string.Concat(order.Select(i => x.Axes[i])) };
    }

    private static Sizes[]? Parts(Split split, Sizes x) => throw new NotSupportedException($"The benchmark has no {split.Kind} of {x}.");

    private static char Letter(Axis axis) =>
        axis == Axis.Channels ? 'C'
        : axis.Name()[0] is var letter && char.IsAsciiLetterLower(letter) ? char.ToUpperInvariant(letter)
        : '?';
}
