using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes;

/// <summary>How usual a layer's stride is, for its kind and among its siblings in the same network: what is odd is to blame.</summary>
internal sealed class StrideTypicality
{
    private readonly Tally _siblings, _namesakes;

    public StrideTypicality(MergeCase merge)
    {
        var layers = merge
            .Compiled.Graph.Layers.Where(layer => layer.Operator.Window is not null)
            .Select(layer => (Path: layer.Path.ToString(), layer.Name, layer.Operator, Stride: layer.Operator.Window!.Stride.ToString()))
            .DistinctBy(layer => layer.Path)
            .ToList();
        _siblings = new(layers.Select(layer => (layer.Path, Alike(layer.Operator), layer.Stride)));
        _namesakes = new(layers.Select(layer => (layer.Path, Named(layer.Operator, layer.Name), layer.Stride)));
    }

    /// <summary>By how much the layer would be more usual if it were edited so.</summary>
    public double Gain(PlannedLayer layer, Operator edited) =>
        GainByItself(layer, edited) + Frequency(layer, edited) - Frequency(layer, layer.Operator);

    /// <summary>The same without its siblings.</summary>
    public static double GainByItself(PlannedLayer layer, Operator edited) => Oddness(layer, layer.Operator) - Oddness(layer, edited);

    // 0 is what everybody does; 1 is seldom, 3 hardly ever meant.
    private static double Oddness(PlannedLayer layer, Operator op) =>
        op.Window switch
        {
            { IsTransposed: true } window => OfTransposed(window),
            { } window when op.Effect.Has(Effect.Weighs) => OfConvolution(layer, window.KernelSize[0], window.Stride[0]),
            { } window => OfPool(window.KernelSize[0], window.Stride[0], window.Padding.IsSame || window.Padding.Cells[0] > 0),
            null when op.Resampling is { Factor: { } factor } => factor[0] switch { 2 => 0, 1 => 3, 4 or 8 => 0.6, _ => 1 },
            null => 0,
        };

    private static double OfConvolution(PlannedLayer layer, long kernel, long stride)
    {
        var widens = layer.Output[Axis.Channels].Known > layer.Input[Axis.Channels].Known;
        return stride switch
        {
            1 => widens ? 0.3 : 0,
            _ when stride == kernel || (stride == 4 && kernel > 4) => 0.2,
            2 => widens ? 0.2 : 0.4,
            _ => 2,
        };
    }

    private static double OfTransposed(SlidingWindow window)
    {
        var (kernel, stride) = (window.KernelSize[0], window.Stride[0]);
        var fits = kernel == stride || kernel - (2 * window.Padding.Cells[0]) + window.OutputPadding[0] == stride;
        return fits ? (stride == 2 ? 0 : 0.5) : 1.5;
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
        if (op.Window?.Stride.ToString() is not { } stride)
            return 0;
        var path = layer.Path.ToString();
        return _siblings.Share(path, Alike(op), stride) + _namesakes.Share(path, Named(op, layer.Name), stride);
    }

    private static string Alike(Operator op) => $"{op.Kind} {op.Window?.KernelSize}";

    private static string Named(Operator op, string name) => $"{op.Kind} {Stem(name)}";

    private static string Stem(string name) => new([.. name.Where(letter => !char.IsAsciiDigit(letter))]);
}
