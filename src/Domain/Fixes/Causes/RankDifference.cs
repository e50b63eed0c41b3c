using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Edits;
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
        if (
            merge.Branches.FirstOrDefault(merge.IsColumn) is { } column
            && merge.Branches.All(branch => branch == column || branch.Shape.Rank == 2)
            && merge.Compiled.Graph.Inputs.FirstOrDefault(input => input.Name == merge.Merge.Inputs[column.Index].Source) is { } given
        )
            return new(
                CauseKinds.RankDifference,
                null,
                given.Path,
                $"{column.Name} is given as {column.Shape.Sizes}, a column of numbers with one feature each; the other inputs are vectors."
            );

        // The branch without the axis to join along first, then the one that stands alone; of two, the one on which a layer changes the
        // number. That ids become vectors is meant.
        var ordered = merge.Branches.OrderBy(HasJoinedAxis).ThenBy(Alike).ToList();
        foreach (var branch in ordered)
        {
            if (branch.Path.LastOrDefault(Changes) is { } changes)
                return Blame(
                    CauseKinds.RankDifference,
                    changes,
                    $"{changes.Name} ({changes.Operator.Kind}) turns {changes.Input.Sizes} into {changes.Output.Sizes} on the way to "
                        + $"{branch.Name}; the other inputs keep their dimensions.{Width(merge)}"
                );
            // Alone among several with axes that it could have left out.
            if (Alike(branch) == 1 && merge.Branches.Count > 2 && branch.Path.Any(Keeps))
                break;
        }

        var keeps = merge
            .Branches.OrderByDescending(branch => branch.Shape.Rank)
            .SelectMany(branch => branch.Path)
            .LastOrDefault(layer => Keeps(layer) || PoolsAll(layer));
        return Blame(
            CauseKinds.RankDifference,
            keeps,
            keeps is null
                ? $"They come so from the network's inputs, and no layer on the way changes that.{Width(merge)}"
                : $"{keeps.Name} ({keeps.Operator.Kind}) keeps its axes and gives {keeps.Output.Sizes}; the other inputs are vectors."
        );

        bool HasJoinedAxis(Branch branch) => !merge.JoinsAxis || merge.JoinedAxis(branch.Shape) is not null;

        int Alike(Branch branch) => merge.Branches.Count(other => other.Shape.Rank == branch.Shape.Rank);
    }

    // A gate may have another width as well.
    private static string Width(MergeCase merge) =>
        NarrowGate.Of(merge).FirstOrDefault() is { } gate
            ? $" And {gate.Maker.Name} ({gate.Maker.Operator.Kind}) makes {gate.Gate.Shape.ElementsPerSample} features of it, where "
                + $"{gate.Map.Name} has {gate.Width} channels."
            : "";

    // To one cell, which then still has its axes.
    private static bool PoolsAll(PlannedLayer layer) =>
        layer.Output.SpatialAxes.All(axis => layer.Output[axis].Known == 1)
        && layer.Input.SpatialAxes.Any(axis => layer.Input[axis].Known != 1)
        && layer.Input.SameAxes(layer.Output);

    private static bool Changes(PlannedLayer layer) => layer.Output.Rank != layer.Input.Rank && layer.Input.DType == DType.Float32;

    /// <summary>Whether the layer could have left out axes that it keeps.</summary>
    internal static bool Keeps(PlannedLayer layer) =>
        layer.Operator.RankSwitch is { Keeps: true };
}
