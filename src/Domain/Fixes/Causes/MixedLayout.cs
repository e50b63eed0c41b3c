using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>
/// The inputs' dimensions stand in different orders, or a layer on the way to one of them reads the other order: one is channels-first and
/// another channels-last.
/// </summary>
internal sealed class MixedLayout : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (!merge.SameRank)
            return null;
        if (merge.Branches.FirstOrDefault(branch => !branch.Shape.SameAxes(merge.Branches[0].Shape)) is { } turned)
        {
            var layer = turned
                .Path.Concat(merge.Branches[0].Path)
                .FirstOrDefault(each => each.Output.Rank == each.Input.Rank && !each.Output.SameAxes(each.Input));
            return Blame(
                CauseKinds.MixedLayout,
                layer,
                $"{turned.Name} is [{ShapeContext.Names(turned.Shape.Axes)}] and {merge.Branches[0].Name} is "
                    + $"[{ShapeContext.Names(merge.Branches[0].Shape.Axes)}]"
                    + (layer is null ? "." : $"; {layer.Name} ({layer.Operator.Kind}) turns the order.")
            );
        }

        if (merge.Mismatch.Differing.Count > 0 && ReadOtherwise(merge) is { } other)
            return new(CauseKinds.MixedLayout, other.Name, other.Path, Explain(merge, other));

        return
            merge.Mismatch.Differing.Count > 0
            && merge.Branches.Count == 2
            && merge.Mismatch.Axis is { } joined
            && Rotation(merge.Branches[1].Shape, merge.Branches[0].Shape, joined) is not null
            ? Blame(
                CauseKinds.MixedLayout,
                null,
                $"{merge.Branches[1].Name}, {merge.Branches[1].Shape.Sizes}, has the sizes of the other layout: with its dimensions "
                    + $"turned it would fit."
            )
            : null;
    }

    /// <summary>The layer with a <c>data_format</c> of its own on the way to some inputs and not to all; null when there is none.</summary>
    internal static Layer? ReadOtherwise(MergeCase merge)
    {
        var read = merge
            .Branches.Select(branch =>
                branch
                    .Path.Where(planned => planned.Operator.AxisFlow == AxisFlow.Relabeled)
                    .Select(Written)
                    .FirstOrDefault(layer => layer is not null)
            )
            .ToList();
        return read.Contains(null) ? read.FirstOrDefault(layer => layer is not null) : null;

        Layer? Written(PlannedLayer planned) =>
            merge.Compiled.Graph.Layers.FirstOrDefault(layer => layer.Name == planned.Name && layer.Operator.DataFormat is not null);
    }

    private static string Explain(MergeCase merge, Layer other)
    {
        var (read, given) = (merge.Producer(new($"{other.Name}/read"))!.Output, merge.Producer(new(other.Name))!.Output);
        var seen = read
            .Axes.Select((axis, i) => axis == Axis.Channels ? $"{read.Dims[i]} channels" : $"{axis.Name()} {read.Dims[i]}")
            .Skip(1)
            .ToList();
        return $"{other.Name} ({other.Operator.Kind}) has data_format {other.Operator.DataFormat!.Value.Name()} and the spec is "
            + $"{merge.Compiled.Graph.Layout.Name()}: "
            + $"it takes {read.Sizes} for {string.Join(", ", seen.SkipLast(1))} and {seen[^1]}, and gives {given.Sizes}.";
    }

    /// <summary>
    /// The permutation (of written positions, the batch at 0) between the two layouts after which <paramref name="shape"/> would fit beside
    /// <paramref name="other"/>,
    /// or null. Only the feature axis moves, from one end to the other, and some spatial size must show that it did.
    /// </summary>
    internal static int[]? Rotation(Shape shape, Shape other, int joined)
    {
        if (shape.Rank < 4)
            return null;
        int[] toFirst = [0, shape.Rank - 1, .. Enumerable.Range(1, shape.Rank - 2)];
        int[] toLast = [0, .. Enumerable.Range(2, shape.Rank - 2), 1];
        return new[] { toFirst, toLast }.FirstOrDefault(order =>
            Enumerable.Range(1, shape.Rank - 1).All(i => i == joined || shape.Dims[order[i]] == other.Dims[i])
        );
    }
}
