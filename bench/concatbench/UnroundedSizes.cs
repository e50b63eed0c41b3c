using ConcatService.Domain.Graphs;
using ConcatService.Domain.Operators;
using ConcatService.Operators;

namespace ConcatService.ConcatBench;

/// <summary>
/// A spatial size as it would be without rounding, as it would be if every layer also padded fully, and what the latter makes of one
/// cell of the input: where that agrees and the sizes do not, the inputs are to blame.
/// </summary>
public readonly record struct UnroundedSize(double Exact, double Full, double Scale);

/// <summary>
/// The sizes of a network without rounding (spec-format, cause.kind 5) and with full padding (6), beside the ones it has.
/// </summary>
/// <remarks>
/// A window that leaves out fewer cells than its stride has only been rounded; what it leaves out beyond that is missing padding.
/// </remarks>
public sealed class UnroundedSizes
{
    private readonly Dictionary<(Wire Wire, char Axis), UnroundedSize> _unrounded = [];
    private readonly ReferenceShapes _reference;

    private UnroundedSizes(ReferenceShapes reference) => _reference = reference;

    public static UnroundedSizes Of(Graph graph, ReferenceShapes reference)
    {
        var tracks = new UnroundedSizes(reference);
        foreach (var input in graph.Inputs)
            tracks.Set(new(input.Name), (_, size) => new(size, size, 1));
        foreach (var layer in graph.Layers.Where(layer => reference.Sizes.ContainsKey(new(layer.Name))))
            tracks.Set(new(layer.Name), (axis, size) => tracks.After(layer, axis, size));
        return tracks;
    }

    public UnroundedSize this[Wire wire, char axis] =>
        _unrounded.TryGetValue((wire, axis), out var track) ? track : Given(_reference.Sizes[wire][axis]);

    // A size that is written somewhere stands for itself, whatever the input is.
    private static UnroundedSize Given(long size) => new(size, size, size);

    /// <summary>Whether the layer rounded a remainder away on this axis.</summary>
    public bool RoundsDown(Layer layer, char axis) => Rounding(layer, axis) < 0;

    /// <summary>Whether it rounded up.</summary>
    public bool RoundsUp(Layer layer, char axis) => Rounding(layer, axis) > 0;

    private long Rounding(Layer layer, char axis)
    {
        var (stride, left) = WindowOf(layer.Operator, Dimension(layer, axis));
        if (
            stride < 2
            || !_reference.Sizes.TryGetValue(new(layer.Name), out var output)
            || !output.Axes.Contains(axis, StringComparison.Ordinal)
        )
            return 0;
        return (output[axis] * stride) - (_reference.Sizes[layer.Inputs[0]][axis] - left);
    }

    /// <summary>Cells that the layer's window leaves out beyond its stride; negative where it adds some.</summary>
    public static long UncoveredElements(Layer layer, int dimension) =>
        layer.Operator is ConvTranspose up ? -Growth(up, dimension) : WindowOf(layer.Operator, dimension).UncoveredElements;

    private void Set(Wire wire, Func<char, long, UnroundedSize> track)
    {
        foreach (var axis in _reference.Sizes[wire].Spatial)
            _unrounded[(wire, axis)] = track(axis, _reference.Sizes[wire][axis]);
    }

    private UnroundedSize After(Layer layer, char axis, long size)
    {
        if (!_reference.Sizes[layer.Inputs[0]].Axes.Contains(axis, StringComparison.Ordinal))
            return Given(size);
        var (before, dimension) = (this[layer.Inputs[0], axis], Dimension(layer, axis));
        switch (layer.Operator)
        {
            case ConvTranspose up:
                return Times(before, up.Stride[dimension]) with { Exact = (before.Exact * up.Stride[dimension]) + Growth(up, dimension) };
            case Upsample { ScaleFactor: { } scale }:
                return Times(before, scale[dimension]);
            case Upsample { Size.Like: not null }:
                return this[layer.Inputs[^1], axis];
            case PixelShuffle { Kind: "pixel_shuffle" } shuffle:
                return Times(before, shuffle.Factor);
            case PixelShuffle shuffle:
                return Times(before, 1.0 / shuffle.Factor);
            case CenterCrop or Pad:
                return before with { Exact = before.Exact + size - _reference.Sizes[layer.Inputs[0]][axis] };
            case Upsample or AdaptivePool or GlobalPool or Reshape:
                return Given(size);
            case Concat when size != _reference.Sizes[layer.Inputs[0]][axis]:
                return Given(size);
            default:
                var (stride, left) = WindowOf(layer.Operator, dimension);
                return Times(before, 1.0 / stride) with { Exact = (before.Exact - left) / stride };
        }
    }

    private static UnroundedSize Times(UnroundedSize size, double by) => new(size.Exact * by, size.Full * by, size.Scale * by);

    private int Dimension(Layer layer, char axis) => _reference.Sizes[layer.Inputs[0]].Spatial.IndexOf(axis, StringComparison.Ordinal);

    private static long Growth(ConvTranspose up, int i) =>
        (up.Dilation[i] * (up.KernelSize[i] - 1)) + up.OutputPadding[i] + 1 - up.Stride[i] - (2 * up.Padding[i]);

    private static (long Stride, long UncoveredElements) WindowOf(Operator op, int i)
    {
        if (i < 0)
            return (1, 0);
        return op switch
        {
            Conv conv => (
                conv.Stride[i],
                conv.Padding.IsSame ? 0 : Left((conv.Dilation[i] * (conv.KernelSize[i] - 1)) - (2 * conv.Padding.Cells[i]), conv.Stride[i])
            ),
            MaxPool pool => (
                (pool.Stride ?? pool.KernelSize)[i],
                pool.Padding.IsSame
                    ? 0
                    : Left((pool.Dilation[i] * (pool.KernelSize[i] - 1)) - (2 * pool.Padding.Cells[i]), (pool.Stride ?? pool.KernelSize)[i])
            ),
            AvgPool pool => (
                (pool.Stride ?? pool.KernelSize)[i],
                pool.Padding.IsSame ? 0 : Left(pool.KernelSize[i] - 1 - (2 * pool.Padding.Cells[i]), (pool.Stride ?? pool.KernelSize)[i])
            ),
            _ => (1, 0),
        };
    }

    private static long Left(long outside, long stride) => outside < 0 ? outside : Math.Max(0, outside - (stride - 1));
}
