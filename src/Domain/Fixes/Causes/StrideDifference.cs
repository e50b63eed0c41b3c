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
        return step is null ? null : Explain(merge, step.Layer, branch!, axis);
    }

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
