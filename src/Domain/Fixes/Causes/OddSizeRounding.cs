using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>Without rounding the sizes would agree: an odd size was halved on one branch and does not come back.</summary>
internal sealed class OddSizeRounding : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (!merge.IsSpatial)
            return null;
        foreach (var axis in merge.DifferingAxes)
        {
            var exact = merge.Branches.Select(branch => branch.Exact(axis)).ToList();
            if (exact.Any(size => size is null || size != exact[0]))
                return null;
        }

        if (merge.RoundingEdits is [var rounded])
            return Blame(CauseKinds.OddSizeRounding, rounded, Explain(merge, rounded));

        // The first in the network's order that lost a remainder; where none did, the first that made one up.
        var rounding = merge
            .DifferingAxes.SelectMany(axis =>
                merge.Branches.SelectMany(branch =>
                    branch.Steps(axis).Where(step => step.Rounds).Select(step => (Axis: axis, Branch: branch, Step: step))
                )
            )
            .ToList();
        if (rounding.Count == 0)
            return null;
        var (at, on, first) = rounding
            .OrderByDescending(each => each.Step.RoundsDown)
            .ThenBy(each => merge.OrderOf(each.Step.Layer))
            .First();
        return Blame(
            CauseKinds.OddSizeRounding,
            first.Layer,
            $"{first.Layer.Name} ({first.Layer.Operator.Kind}) divides {at.Name()} {first.Before} by {first.Scale.Denominator} and rounds "
                + $"to {first.After}; without rounding the branches would agree at {on.Exact(at)}."
        );
    }

    private static string Explain(MergeCase merge, PlannedLayer layer)
    {
        var axis = merge.DifferingAxes.First(axis => layer.Output.Has(axis));
        var (does, would) = layer.Operator.Window!.CeilMode ? ("up", "down") : ("down", "up");
        return $"{layer.Name} ({layer.Operator.Kind}) rounds {axis.Name()} {does} to {layer.Output[axis]}; rounded {would}, as the other "
            + "branches are, it would fit.";
    }
}
