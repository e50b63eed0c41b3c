using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Edits;

/// <summary>
/// Windows over time that are padded on both sides by as much as they reach back, or not at all, as those of temporal convolutional
/// networks are before their ends are cut: padded before the first step alone, they keep the length and see no later step (Bai et al.
/// 2018).
/// </summary>
internal static class CausalPaddings
{
    /// <summary>The layers, each once; empty where they would not fit so.</summary>
    public static List<PlannedLayer> Of(MergeCase merge)
    {
        if (!merge.IsSpatial || !merge.DifferingAxes.All(axis => axis == Axis.Time))
            return [];
        var layers = merge
            .Branches.SelectMany(branch => branch.Path)
            .Where(IsFullOrNone)
            .DistinctBy(layer => layer.Path.ToString())
            .ToList();
        return
            layers.Exists(layer => layer.Operator.Window!.Dilation[0] > 1 || layer.Operator.Window.Padding.Cells[0] > 0)
            && merge.Again.Restores(layers, layer => layer.Operator.With("padding", "causal"))
            ? layers
            : [];
    }

    private static bool IsFullOrNone(PlannedLayer layer) =>
        layer.Operator.Effect.Has(Effect.Weighs)
        && layer.Operator.Window is { IsTransposed: false, Padding: { IsSame: false, IsOneSided: false } padding } window
        && window.Stride[0] == 1
        && window.KernelSize[0] > 1
        && (padding.Cells[0] == 0 || padding.Cells[0] == Saturating.Multiply(window.KernelSize[0] - 1, window.Dilation[0]));
}
