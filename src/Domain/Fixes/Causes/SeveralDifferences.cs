using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>The features and other sizes differ, each for a reason of its own: a strided block beside its plain shortcut.</summary>
internal sealed class SeveralDifferences : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        var axes = merge.DifferingAxes.ToList();
        if (!merge.SameRank || axes.Count < 2 || !axes.Contains(Axis.Channels))
            return null;
        var makers = axes.Select(axis => (Axis: axis, Layer: Maker(merge, axis))).Where(made => made.Layer is not null).ToList();
        var blamed = makers.FirstOrDefault(made => made.Axis != Axis.Channels).Layer ?? makers.FirstOrDefault().Layer;
        var said = makers
            .GroupBy(made => made.Layer!.Name)
            .Select(group => $"{group.Key} ({group.First().Layer!.Operator.Kind}) takes {string.Join(" and ", group.Select(Change))}");
        return Blame(
            CauseKinds.SeveralDifferences,
            blamed,
            makers.Count == 0
                ? "They come from different layers or inputs with these sizes, and no layer on the way makes the differences."
                : $"{string.Join("; ", said)}, on the way to one input alone."
        );
    }

    private static string Change((Axis Axis, PlannedLayer? Layer) made) =>
        made.Layer!.Input.Has(made.Axis)
            ? $"{made.Axis.Name()} from {made.Layer.Input[made.Axis]} to {made.Layer.Output[made.Axis]}"
            : $"{made.Axis.Name()} to {made.Layer.Output[made.Axis]}";

    // The first layer on the way to one input alone that gives the axis another size.
    private static PlannedLayer? Maker(MergeCase merge, Axis axis) =>
        merge
            .Branches.SelectMany(branch => branch.Path)
            .Where(layer => merge.Branches.Any(branch => !branch.Path.Contains(layer)))
            .FirstOrDefault(layer => layer.Output.Has(axis) && (!layer.Input.Has(axis) || layer.Input[axis] != layer.Output[axis]));
}
