using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>The inputs have different numbers of dimensions: a map beside a vector.</summary>
internal sealed class RankDifference : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (merge.SameRank)
            return null;

        // The branch that stands alone first; of two, the one on which a layer changes the number. That ids become vectors is meant.
        foreach (var branch in merge.Branches.OrderBy(branch => merge.Branches.Count(other => other.Shape.Rank == branch.Shape.Rank)))
        {
            if (branch.Path.LastOrDefault(Changes) is { } changes)
                return Blame(
                    CauseKinds.RankDifference,
                    changes,
                    $"{changes.Name} ({changes.Operator.Kind}) turns {changes.Input.Sizes} into {changes.Output.Sizes} on the way to "
                        + $"{branch.Name}; the other inputs keep their dimensions."
                );
        }

        var keeps = merge.Branches.OrderByDescending(branch => branch.Shape.Rank).SelectMany(branch => branch.Path).LastOrDefault(Keeps);
        return Blame(
            CauseKinds.RankDifference,
            keeps,
            keeps is null
                ? "They come so from the network's inputs, and no layer on the way changes that."
                : $"{keeps.Name} ({keeps.Operator.Kind}) keeps its axes and gives {keeps.Output.Sizes}; the other inputs are vectors."
        );
    }

    private static bool Changes(PlannedLayer layer) => layer.Output.Rank != layer.Input.Rank && layer.Input.DType == DType.Float32;

    /// <summary>Whether the layer could have left out axes that it keeps.</summary>
    internal static bool Keeps(PlannedLayer layer) =>
        layer.Operator.RankSwitch is { Keeps: true };
}
