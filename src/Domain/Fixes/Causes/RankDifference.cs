using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>The inputs have different numbers of dimensions: a map beside a vector.</summary>
internal sealed class RankDifference : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (merge.SameRank)
            return null;
        foreach (var branch in merge.Branches)
        {
            if (branch.Path.FirstOrDefault(layer => layer.Output.Rank != layer.Input.Rank) is { } changes)
                return Blame("rank_difference", changes, $"{changes.Name} ({changes.Operator.Kind}) turns {changes.Input.Sizes} into {changes.Output.Sizes} on the way to {branch.Name}; the other inputs keep their dimensions.");
        }

        return Blame("rank_difference", null, "The inputs come with different numbers of dimensions.");
    }
}
