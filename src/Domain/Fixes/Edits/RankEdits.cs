using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Fixes.Edits;

/// <summary>Finds the layers of the branches that keep axes they could leave out, or the reverse, and would fit otherwise.</summary>
internal static class RankEdits
{
    private const int MostTrials = 8;

    /// <summary>Those after whose change the whole network fits, the last first.</summary>
    public static List<PlannedLayer> Of(MergeCase merge)
    {
        if (merge.SameRank)
            return [];
        var again = merge.Again;
        return
        [
            .. merge
                .Branches.SelectMany(branch => branch.Path.Reverse())
                .Where(layer => layer.Operator.RankSwitch is not null)
                .DistinctBy(layer => layer.Path.ToString())
                .Take(MostTrials)
                .Where(layer =>
                    layer.Operator.RankSwitch is { } rank && again.Restores(layer, op => op.With(rank.Attribute, !rank.Keeps))
                ),
        ];
    }
}
