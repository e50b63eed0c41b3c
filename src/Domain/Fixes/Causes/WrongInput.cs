using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>The strides differ by more than one layer accounts for, and another layer of the same path has the right size: the wrong layer was tapped.</summary>
internal sealed class WrongInput : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (!merge.IsSpatial || StrideDifference.Responsible(merge) is not null || Tap(merge) is not var (wrong, other, tap))
            return null;
        return Blame("wrong_input", merge.Merge, $"{wrong.Name} is {wrong.Shape.SpatialSizes}; {merge.NameOf(tap.Name)} on the same path is {tap.Output.SpatialSizes}, the size of {other.Name}.");
    }

    /// <summary>The input that was tapped wrongly, one that it has to fit, and the layer that would fit; null when there is none.</summary>
    internal static (Branch Wrong, Branch Other, PlannedLayer Tap)? Tap(MergeCase merge)
    {
        foreach (var wrong in merge.Branches)
        {
            var others = merge.Branches.Where(branch => branch != wrong).ToList();
            if (others.Count == 0 || others.Any(other => !Fits(merge, other.Shape, others[0].Shape)))
                continue;

            // Its own path, or the other's before that left this size and came back to it, as a U-Net's does.
            var own = wrong.Path.Where(layer => Fits(merge, layer.Output, others[0].Shape));
            var passed = others.SelectMany(other => other.Path.SkipLast(1).Where((layer, i) => Fits(merge, layer.Output, other.Shape) && other.Path.Skip(i + 1).Any(later => !Fits(merge, later.Output, other.Shape))));
            if (own.Concat(passed).LastOrDefault(merge.CanBeTapped) is { } tap)
                return (wrong, others[0], tap);
        }

        return null;
    }

    private static bool Fits(MergeCase merge, Shape shape, Shape target) => shape.SameAxes(target) && merge.DifferingAxes.All(axis => shape[axis] == target[axis]);
}
