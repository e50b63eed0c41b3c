using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Edits;
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

        if (merge.Mismatch.Differing.Count > 0 && TurnedGate(merge) is { } gate)
            return Blame(
                CauseKinds.MixedLayout,
                gate.Writer,
                $"{gate.Gate.Name}, {gate.Gate.Shape.Sizes}, has its features where the other layout has them, as {gate.Writer!.Name} "
                    + $"({gate.Writer.Operator.Kind}) writes them; and {gate.Maker.Name} ({gate.Maker.Operator.Kind}) makes "
                    + $"{gate.Gate.Shape.ElementsPerSample} of them, where {gate.Map.Name} has {gate.Width} channels."
            );
        if (merge.Mismatch.Differing.Count == 0 || TurnedBranch(merge) is not { } branch)
            return null;
        var maker = branch.Path.LastOrDefault(Orders);
        return Blame(
            CauseKinds.MixedLayout,
            maker,
            $"{branch.Name}, {branch.Shape.Sizes}, has the sizes of the other layout: with its dimensions turned it would fit"
                + (maker is null ? "." : $"; {maker.Name} ({maker.Operator.Kind}) writes them so.")
        );
    }

    /// <summary>The branch that would fit with its dimensions in the other layout's order; null when there is none.</summary>
    private static Branch? TurnedBranch(MergeCase merge)
    {
        var joined = merge.Mismatch.Axis ?? -1;
        if (merge.JoinsAxis && (merge.IsSample || !merge.DifferingAxes.Any(axis => axis.IsSpatial())))
            return null;
        // What comes from one layer has one order, unless some layer turns it: sizes that agree turned are chance then.
        var canDiffer = merge.Ancestor is null || merge.Branches.Any(branch => branch.Path.Any(Orders));
        return merge.Branches.Reverse().FirstOrDefault(branch =>
            canDiffer
            && (branch.Shape.Rank > 3 || branch.Path.Any(Orders) || merge.Ancestor is null)
            && merge.Branches.All(other => other == branch || Rotation(branch.Shape, other.Shape, joined) is not null)
        );
    }

    /// <summary>A gate of another width that is written in the other layout as well; null when there is none.</summary>
    private static NarrowGate? TurnedGate(MergeCase merge) =>
        NarrowGate
            .Of(merge)
            .FirstOrDefault(gate =>
                gate.Writer is not null
                && gate.Gate.Shape.SameAxes(gate.Map.Shape)
                && gate.Gate.Shape[Axis.Channels] == 1
                && gate.Gate.Shape.Dims[gate.Map.Shape.Axes[1] == Axis.Channels ? ^1 : 1] != 1
            );

    // Few sizes tell little: in a sequence some layer has to have put them in this order.
    private static bool Orders(PlannedLayer layer) => layer.Operator.AxisFlow is AxisFlow.Made or AxisFlow.Moved or AxisFlow.Relabeled;

    /// <summary>
    /// The first layer with a <c>data_format</c> of its own on the way to some inputs and not to all; null when there is none.
    /// </summary>
    internal static Layer? ReadOtherwise(MergeCase merge) => AllReadOtherwise(merge) is [var first, ..] ? first : null;

    /// <summary>All of them on the way to the first such input, in order.</summary>
    internal static IReadOnlyList<Layer> AllReadOtherwise(MergeCase merge)
    {
        var read = merge
            .Branches.Select(branch =>
                branch
                    .Path.Where(planned => planned.Operator.AxisFlow == AxisFlow.Relabeled)
                    .Select(Written)
                    .OfType<Layer>()
                    .DistinctBy(layer => layer.Path.ToString())
                    .ToList()
            )
            .ToList();
        return read.Exists(layers => layers.Count == 0) ? read.Find(layers => layers.Count > 0) ?? [] : [];

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
        if (shape.Rank < 3 || shape.Rank != other.Rank)
            return null;
        int[] toFirst = [0, shape.Rank - 1, .. Enumerable.Range(1, shape.Rank - 2)];
        int[] toLast = [0, .. Enumerable.Range(2, shape.Rank - 2), 1];
        return new[] { toFirst, toLast }.FirstOrDefault(order =>
            LeavesFeatures(order)
            && Enumerable.Range(1, shape.Rank - 1).All(i => i == joined || Meets(shape.Dims[order[i]], other.Dims[i]))
            && Enumerable.Range(1, shape.Rank - 1).Any(i => i != joined && !Meets(shape.Dims[i], other.Dims[i]))
            && Enumerable.Range(1, shape.Rank - 1).Any(i => i != joined && shape.Dims[order[i]] == other.Dims[i] && other.Dims[i] != 1)
        );

        // A gate with one number for each channel, turned, still has them at the channels.
        bool LeavesFeatures(int[] order)
        {
            var sizes = Enumerable.Range(1, shape.Rank - 1).Where(i => shape.Dims[order[i]] != 1).ToList();
            return joined >= 0 || sizes is not [var only] || other.Axes[only] == Axis.Channels;
        }

        // An element-wise merge stretches a gate's ones.
        bool Meets(Dim size, Dim beside) => size == beside || (joined < 0 && size == 1);
    }
}
