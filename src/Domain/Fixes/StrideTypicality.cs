using ConcatService.Domain.Graphs;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Operators;

namespace ConcatService.Domain.Fixes;

/// <summary>How usual a layer's stride is, for its kind and among its siblings in the same network: what is odd is to blame.</summary>
internal sealed class StrideTypicality
{
    private readonly Tally _siblings, _namesakes;

    public StrideTypicality(MergeCase merge)
    {
        var layers = merge
            .Compiled.Graph.Layers.Where(layer => Stride(layer.Operator) is not null)
            .Select(layer => (Path: layer.Path.ToString(), layer.Name, layer.Operator, Stride: Stride(layer.Operator)!.Value.ToString()))
            .DistinctBy(layer => layer.Path)
            .ToList();
        _siblings = new(layers.Select(layer => (layer.Path, Alike(layer.Operator), layer.Stride)));
        _namesakes = new(layers.Select(layer => (layer.Path, Named(layer.Operator, layer.Name), layer.Stride)));
    }

    /// <summary>By how much the layer would be more usual if it were edited so.</summary>
    public double Gain(PlannedLayer layer, Operator edited) =>
        Oddness(layer, layer.Operator) - Oddness(layer, edited) + Frequency(layer, edited) - Frequency(layer, layer.Operator);

    // 0 is what everybody does; 1 is seldom, 3 hardly ever meant.
    private static double Oddness(PlannedLayer layer, Operator op)
    {
        switch (op)
        {
            case Conv conv:
                var (kernel, stride) = (conv.KernelSize[0], conv.Stride[0]);
                var widens = conv.OutChannels > layer.Input[Axis.Channels].Known;
                return stride == 1
                    ? widens
                        ? 0.3
                        : 0
                    : stride == kernel || (stride == 4 && kernel > 4)
                        ? 0.2
                        : stride == 2
                            ? widens
                                ? 0.2
                                : 0.4
                            : 2;
            case MaxPool pool:
                return OfPool(pool.KernelSize[0], (pool.Stride ?? pool.KernelSize)[0], pool.Padding.IsSame || pool.Padding.Cells[0] > 0);
            case AvgPool pool:
                return OfPool(pool.KernelSize[0], (pool.Stride ?? pool.KernelSize)[0], pool.Padding.IsSame || pool.Padding.Cells[0] > 0);
            case ConvTranspose up:
                return up.KernelSize[0] == up.Stride[0] || up.KernelSize[0] - (2 * up.Padding[0]) + up.OutputPadding[0] == up.Stride[0]
                    ? (up.Stride[0] == 2 ? 0 : 0.5)
                    : 1.5;
            case Upsample { ScaleFactor: { } scale }:
                return scale[0] switch { 2 => 0, 1 => 1.5, 4 or 8 => 0.6, _ => 1 };
            default:
                return 0;
        }
    }

    private static double OfPool(long kernel, long stride, bool isPadded) => (kernel, stride, isPadded) switch
    {
        _ when stride > kernel => 3,
        (_, 1, true) => kernel % 2 == 1 ? 0 : 1,
        (_, 1, false) => 2,
        (3, 2, _) => 0,
        (_, _, true) when stride == kernel => 1,
        _ when stride == kernel => stride == 2 ? 0 : 0.5,
        _ => 0.7,
    };

    // The share of the layer's siblings that have this stride: of those with its kernel, and of those with its name but for the number.
    private double Frequency(PlannedLayer layer, Operator op)
    {
        if (Stride(op)?.ToString() is not { } stride)
            return 0;
        var path = layer.Path.ToString();
        return _siblings.Share(path, Alike(op), stride) + _namesakes.Share(path, Named(op, layer.Name), stride);
    }

    private static string Alike(Operator op) => $"{op.Kind} {Kernel(op)}";

    private static string Named(Operator op, string name) => $"{op.Kind} {Stem(name)}";

    private static string Stem(string name) => new([.. name.Where(letter => !char.IsAsciiDigit(letter))]);

    private static string Kernel(Operator op) => op switch
    {
        Conv conv => conv.KernelSize.ToString(),
        ConvTranspose up => up.KernelSize.ToString(),
        MaxPool pool => pool.KernelSize.ToString(),
        AvgPool pool => pool.KernelSize.ToString(),
        _ => "",
    };

    private static Specs.Extent? Stride(Operator op) => op switch
    {
        Conv conv => conv.Stride,
        ConvTranspose up => up.Stride,
        MaxPool pool => pool.Stride ?? pool.KernelSize,
        AvgPool pool => pool.Stride ?? pool.KernelSize,
        _ => (Specs.Extent?)null,
    };
}
