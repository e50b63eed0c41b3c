using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>One branch was made coarser (or finer) than the others.</summary>
internal sealed class StrideDifference : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (!merge.IsSpatial)
            return null;
        var axis = merge.DifferingAxes.First();
        if (merge.ScaleEdits is [var edit, ..] && (edit.IsResponsible || edit.IsMissing || edit.Gain > 0))
            return Explain(merge, edit.Layer, edit.Branch, axis);

        // No single layer restores the whole network: the last one that makes the difference here, or the last that made the smallest
        // branch small.
        var (step, branch) = Local(merge, axis);
        // What feeds another merge on its way, which is right, is not to blame where a layer behind that merge restores this one.
        if (step is not null && FeedsAnotherMerge(branch!, step.Layer)
            && merge.ScaleEdits.FirstOrDefault(each => !FeedsAnotherMerge(each.Branch, each.Layer)) is { } behind)
            return Explain(merge, behind.Layer, behind.Branch, axis);
        return step is null ? Renamed(merge) : Explain(merge, step.Layer, branch!, axis);
    }

    // Inputs of the network whose positions became others on the way: rows of a map that are read as the steps of a signal.
    private static Cause? Renamed(MergeCase merge)
    {
        if (merge.Ancestor is not null)
            return null;
        foreach (var branch in merge.Branches)
        {
            var before = branch.Path.Reverse().SkipWhile(layer => layer.Operator.AxisFlow != AxisFlow.Made).ToList();
            var resizing = before.SelectMany(layer => layer.Output.SpatialAxes.Select(axis => (Layer: layer, Axis: axis)));
            if (resizing.FirstOrDefault(each => IsScaled(each.Layer, each.Axis)) is ({ } layer, var axis))
                return Explain(merge, layer, branch, axis);
        }

        return null;
    }

    private static bool IsScaled(PlannedLayer layer, Axis axis) =>
        layer.Input.Has(axis) && layer.Operator.RescalingOf(axis, layer) is var scale && scale.Numerator != scale.Denominator;

    private static bool FeedsAnotherMerge(Branch branch, PlannedLayer layer) =>
        branch.Path.SkipWhile(each => each != layer).Skip(1).Any(each => each.Inputs.Length > 1);

    private static (Step? Step, Branch? Branch) Local(MergeCase merge, Axis axis)
    {
        var scales = merge.Branches.Select(branch => branch.Scale(axis)).Distinct().ToList();
        foreach (var branch in merge.Branches)
        {
            var other = scales.Find(scale => scale != branch.Scale(axis));
            if (
                scales.Count == 2
                && branch
                    .Steps(axis)
                    .LastOrDefault(each =>
                        each.Scale == branch.Scale(axis) / other && merge.Branches.Any(one => !one.Path.Contains(each.Layer))
                    )
                    is { } step
            )
                return (step, branch);
        }

        // Of inputs of the network that go the same way nothing on it makes the difference.
        if (merge.Ancestor is null && scales.Count == 1)
            return default;
        var made = merge
            .Branches.OrderBy(branch => branch.Shape[axis].Value)
            .Select(branch => (Step: branch.Steps(axis).LastOrDefault(each => each.Scale != Ratio.One), branch));
        return made.FirstOrDefault(each => each.Step is not null);
    }

    private static Cause Explain(MergeCase merge, PlannedLayer layer, Branch branch, Axis axis)
    {
        var strides = string.Join(", ", merge.Branches.Select(each => $"{each.Name} {each.Scale(axis)}"));
        var parted = merge.Ancestor is { } ancestor
            ? $" The branches part at {merge.NameOf(ancestor.Source)}; since then their scales are: {strides}."
            : "";
        var does =
            layer.Input[axis] == layer.Output[axis]
                ? $"leaves {axis.Name()} at {layer.Output[axis]}"
                : $"takes {axis.Name()} from {layer.Input[axis]} to {layer.Output[axis]}";
        return Blame(CauseKinds.StrideDifference, layer, $"{layer.Name} ({layer.Operator.Kind}) {does} on the way to {branch.Name} "
            + $"alone.{parted}");
    }
}
