using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Operators;

/// <summary>Finds the axis that an attribute names.</summary>
internal static class AxesOf
{
    /// <summary>The written position; null after reporting that there is no such axis, or that it is the batch.</summary>
    public static int? Position(Site site, AxisName axis)
    {
        var position = axis.PositionIn(site.Input);
        if (position is null)
            site.Error(Codes.LayerAxes, $"there is no axis {axis} in its input {site.Layer.InputName(0)}, which is [{Site.Names(site.Input.Axes)}], {site.Input.Sizes}. Name one of those.");
        else if (position == 0)
            site.Error(Codes.LayerAxes, $"axis {axis} is the batch, and {site.Layer.Operator.Kind} works within a sample. Name one of [{Site.Names(site.Input.Axes)}].");
        return position is 0 ? null : position;
    }

    /// <summary>The dimension of the tensor.</summary>
    public static int Index(Shape input, AxisName axis) => input.IndexOfPosition(axis.PositionIn(input)!.Value);
}
