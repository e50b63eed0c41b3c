using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Gives a branch of fewer dimensions the axes that it lacks, and repeats it along those that are not joined.</summary>
internal sealed class Spread : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.RankDifference];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        var target = merge.Branches.MaxBy(branch => branch.Shape.Rank)!;
        var layout = merge.Compiled.Graph.Layout;
        if (
            !target.Shape.Axes.SequenceEqual(Axes.Default(target.Shape.Rank - 1, layout, DType.Float32))
            || target.Shape.Dims.Skip(1).Any(dim => !dim.IsKnown)
        )
            yield break;
        var joined = (merge.Merge.Operator as IMerge)?.JoinedAxis?.PositionIn(target.Shape);
        var patch = new PatchWriter(merge);
        var spread = merge.Branches.Where(branch => branch.Shape.Rank < target.Shape.Rank).ToList();
        var repeats = false;
        foreach (var branch in spread)
        {
            if (branch.Shape.Axes.Any(axis => !target.Shape.Has(axis)) || branch.Shape.Dims.Skip(1).Any(dim => !dim.IsKnown))
                yield break;
            var positions = Enumerable.Range(1, target.Shape.Rank - 1).ToList();
            var shape = new JsonArray([
                .. positions.Select(i => (JsonNode)(branch.Shape.Has(target.Shape.Axes[i]) ? branch.Shape[target.Shape.Axes[i]].Value : 1)),
            ]);
            if (!patch.Insert(branch.Index, "reshape", new JsonObject { ["type"] = "reshape", ["shape"] = shape }))
                yield break;
            var stretched = new JsonArray([
                .. positions.Select(i =>
                    (JsonNode)(
                        branch.Shape.Has(target.Shape.Axes[i]) || i == joined || target.Shape.Dims[i] == 1 ? -1 : target.Shape.Dims[i].Value
                    )
                ),
            ]);
            if (merge.Merge.Operator is not IMerge { JoinedAxis: not null } || stretched.All(size => (long)size! == -1))
                continue;
            repeats = true;
            if (!patch.Insert(branch.Index, "expand", new JsonObject { ["type"] = "expand", ["shape"] = stretched }))
                yield break;
        }

        var names = Listed(spread.Select(branch => branch.Name));
        yield return repeats
            ? new(
                $"expand-{Slug(spread[0].Name)}",
                FixKind.Adapter,
                $"Repeat {names} at every position of {target.Name}",
                $"{names} stands at each of the {target.Shape.SpatialSizes} positions of {target.Name}, the same everywhere.",
                Loss.Resampled,
                patch.Patch
            )
            : new(
                $"reshape-{Slug(spread[0].Name)}",
                FixKind.Adapter,
                $"Give {names} the axes of {target.Name}",
                $"The same numbers with axes of one; nothing is lost.",
                Loss.None,
                patch.Patch
            );
    }
}
