using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes;

/// <summary>The sizes near an input's own by which the network can divide.</summary>
internal static class InputSizes
{
    /// <summary>Larger products of strides are not looked at; an image is seldom divided by more.</summary>
    private const long MostDivided = 4096;

    /// <summary>
    /// For each spatial axis of the inputs, the size next below that every stride divides, and the one above; the size itself where it is
    /// one.
    /// </summary>
    public static Dictionary<Axis, (long Size, long Below, long Above)> Of(MergeCase merge)
    {
        var sizes = new Dictionary<Axis, (long Size, long Below, long Above)>();
        foreach (var axis in merge.Compiled.Graph.Inputs.SelectMany(input => input.Shape.SpatialAxes).Distinct())
        {
            var known = merge
                .Compiled.Graph.Inputs.Where(input => input.Shape.Has(axis))
                .Select(input => input.Shape[axis].Known)
                .Distinct()
                .ToList();
            if (known is not [{ } size] || Divided(merge, axis) is not { } divided)
                return [];
            var below = size - (size % divided);
            sizes[axis] = (size, Math.Max(below, divided), size == below ? size : below + divided);
        }

        return sizes;
    }

    // The largest number that the network divides the axis by on the way to any layer.
    private static long? Divided(MergeCase merge, Axis axis)
    {
        var scales = new Dictionary<Wire, Ratio>();
        var most = 1L;
        foreach (var layer in merge.Compiled.Planned.Layers)
        {
            if (layer.Inputs.Length == 0 || !layer.Input.Has(axis) || !layer.Output.Has(axis))
                continue;
            var rescaling = layer.Operator.Like is null ? layer.Operator.RescalingOf(axis, layer) : Rescaling.None;
            var scale = scales.GetValueOrDefault(layer.Inputs[0], Ratio.One) * new Ratio(rescaling.Numerator, rescaling.Denominator);
            for (var port = 0; port < layer.Outputs.Length; port++)
                scales[new(layer.Name, port)] = scale;
            most = Math.Max(most, scale.Denominator);
        }

        return most <= MostDivided ? most : null;
    }
}
