using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>What every merge says when its inputs do not meet.</summary>
internal static class Mismatches
{
    /// <summary>The written positions, other than <paramref name="joined"/> and the batch, at which some input differs from the first.</summary>
    public static List<int> Differing(Shape[] inputs, int? joined)
    {
        var differing = new List<int>();
        for (var i = 1; i < inputs[0].Rank; i++)
        {
            if (i != joined && inputs.Any(input => input.Dims[i] != inputs[0].Dims[i]))
                differing.Add(i);
        }

        return differing;
    }

    /// <summary>Reports the mismatch at its layer; cause and fixes are added when the whole network is known. Always null.</summary>
    public static Shape? Report(Site site, int? joined, List<int> differing, Code code, string? message = null)
    {
        var layer = site.Layer;
        var planned = new PlannedLayer(layer.Name, layer.Operator, layer.Path, layer.Inputs, site.Inputs, [], layer.Edges);
        site.Report.Add(new(code, Severity.Error, layer.Path, $"{layer.Name}: {message ?? Describe(site, differing)}", layer.Name)
        {
            Inputs = site.NamedInputs,
            Mismatch = new(planned, joined, differing),
        });
        return null;
    }

    private static string Describe(Site site, List<int> differing)
    {
        var inputs = site.NamedInputs;
        if (inputs.Any(input => input.Shape.Rank != inputs[0].Shape.Rank))
            return $"inputs have different numbers of dimensions: {List(input => $"{input.Sizes} ({input.Rank - 1})")}.";
        if (differing.Count == 0 && inputs.Any(input => input.Shape.DType != inputs[0].Shape.DType))
            return $"inputs have different element types: {List(input => input.DType.ToString().ToLowerInvariant())}.";
        if (differing.Count == 0)
            return $"inputs have the same sizes in another order: {List(input => $"{input.Sizes} [{Site.Names(input.Axes)}]")}.";
        var axes = differing.Select(position => site.Inputs[0].Axes[position] == Axis.Other ? $"dimension {position}" : site.Inputs[0].Axes[position].Name()).ToList();
        var named = axes.Count == 1 ? axes[0] : $"{string.Join(", ", axes.SkipLast(1))} and {axes[^1]}";
        return $"inputs differ in {named}: {List(input => string.Join('x', differing.Select(position => input.Dims[position])))}.";

        string List(Func<Shape, string> shown) => string.Join(", ", inputs.Select(input => $"{input.Name} is {shown(input.Shape)}"));
    }
}
