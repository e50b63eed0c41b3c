using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>If every layer padded fully the sizes would agree: some windows lose cells at the border.</summary>
internal sealed class PaddingDifference : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (!merge.IsSpatial)
            return null;
        foreach (var axis in merge.DifferingAxes)
        {
            var full = merge.Branches.Select(branch => branch.FullyPadded(axis)).ToList();
            if (full.Any(size => size is null || size != full[0]))
                return null;
        }

        var losing = Losing(merge);
        if (losing.Count == 0)
            return null;

        // One layer that is unlike its siblings, where changing it is enough; otherwise each that loses cells.
        if (merge.WindowEdits is [var edit, ..])
        {
            var (layer, axis) = (edit.Layer, merge.DifferingAxes.First());
            return Blame(
                CauseKinds.PaddingDifference,
                layer,
                $"{layer.Name} ({layer.Operator.Kind}) takes {axis.Name()} from {layer.Input[axis]} to {layer.Output[axis]}: "
                    + (
                        layer.Operator.Window is { } window && WindowEdits.Enlarges(window)
                            ? "its padding adds more at the border than its window takes away."
                            : "its window and its padding do not go together as those of the other branches do."
                    )
            );
        }

        var where = losing.Select(step => $"{step.Layer.Name} ({step.Layer.Operator.Kind}, {step.Before} to {step.After})").ToList();
        return Blame(
            CauseKinds.PaddingDifference,
            losing[0].Layer,
            $"Cells are {(losing.TrueForAll(step => step.PaddingLoss < 0) ? "added" : "lost")} at the border by "
                + $"{string.Join(", ", where.Take(4))}{(where.Count > 4 ? $" and {where.Count - 4} more" : "")}; with \"same\" padding "
                + $"the sizes would agree."
        );
    }

    /// <summary>The layers that lose or add cells, each once, in order.</summary>
    internal static List<Step> Losing(MergeCase merge) =>
        [
            .. merge
                .DifferingAxes.SelectMany(axis => merge.Branches.SelectMany(branch => branch.Steps(axis)))
                .Where(step => step.PaddingLoss != 0)
                .DistinctBy(step => step.Layer.Name),
        ];
}
