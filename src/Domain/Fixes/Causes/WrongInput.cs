using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>The strides differ by more than one layer accounts for, and another layer of the same path has the right size: the wrong layer was tapped.</summary>
internal sealed class WrongInput : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (!merge.IsSpatial || merge.Branches.Count < 2 || StrideDifference.Responsible(merge) is not null)
            return null;
        foreach (var branch in merge.Branches)
        {
            var others = merge.Branches.Where(other => other != branch).ToList();
            var target = others[0].Shape;
            if (others.Any(other => merge.DifferingAxes.Any(axis => other.Shape[axis] != target[axis])))
                continue;
            var tap = branch.Path.LastOrDefault(layer => merge.DifferingAxes.All(axis => layer.Output.Has(axis) && layer.Output[axis] == target[axis]) && layer.Output.Rank == target.Rank);
            if (tap is not null)
                return Blame("wrong_input", merge.Merge, $"{branch.Name} is {branch.Shape.SpatialSizes}; {merge.NameOf(tap.Name)} on the same path is {tap.Output.SpatialSizes}, the size of {others[0].Name}.");
        }

        return null;
    }
}
