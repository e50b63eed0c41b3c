using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Fixes.Edits;

/// <summary>Finds the layers of the branches whose sizes fit when they are rounded the other way.</summary>
internal static class RoundingEdits
{
    private const int MostTrials = 8;

    /// <summary>Those after whose change the whole network fits, the last first.</summary>
    public static List<PlannedLayer> Of(MergeCase merge)
    {
        if (!merge.IsSpatial)
            return [];
        var again = merge.Again;
        return
        [
            .. merge
                .Branches.SelectMany(branch => branch.Path.Reverse())
                .Where(layer => layer.Operator.Edits.Any(edit => edit.Name == "ceil_mode"))
                .DistinctBy(layer => layer.Path.ToString())
                .Take(MostTrials)
                .Where(layer => again.Restores(layer, op => op.With("ceil_mode", !layer.Operator.Window!.CeilMode))),
        ];
    }
}
