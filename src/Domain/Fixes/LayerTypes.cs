using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes;

/// <summary>Types of the layers that fixes insert.</summary>
internal static class LayerTypes
{
    /// <summary>The type of a family with a twin for each number of spatial axes: <c>conv</c> gives <c>conv2d</c> for a map.</summary>
    public static string Twin(string family, Shape shape) => $"{family}{shape.SpatialAxes.Count()}d";
}
