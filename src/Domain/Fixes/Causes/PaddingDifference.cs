using ConcatService.Domain.Planning;

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
        var where = losing.Select(step => $"{step.Layer.Name} ({step.Layer.Operator.Kind}, {step.Before} to {step.After})").ToList();
        return Blame("padding_difference", losing[0].Layer, $"Cells are lost at the border by {string.Join(", ", where.Take(4))}{(where.Count > 4 ? $" and {where.Count - 4} more" : "")}; with \"same\" padding the sizes would agree.");
    }

    /// <summary>The layers that lose or add cells, each once, in order.</summary>
    internal static List<Step> Losing(MergeCase merge) =>
        [.. merge.DifferingAxes.SelectMany(axis => merge.Branches.SelectMany(branch => branch.Steps(axis))).Where(step => step.PaddingLoss != 0).DistinctBy(step => step.Layer.Name)];
}
