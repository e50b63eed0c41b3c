using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>
/// Turns maps into vectors, so that they fit beside a vector: by their mean over all positions, or by listing every number.
/// </summary>
internal sealed class PoolToVector : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.RankDifference];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (!merge.Branches.Any(branch => branch.Shape.Rank == 2 && branch.Shape.Has(Axis.Channels)))
            yield break;
        var maps = merge.Branches.Where(branch => branch.Shape.Rank > 2).ToList();
        var names = Listed(maps.Select(branch => branch.Name));
        var pooled = new PatchWriter(merge);
        if (maps.All(branch => pooled.Insert(branch.Index, "pool", new JsonObject { ["type"] = "global_avg_pool" })))
            yield return new(
                $"pool-{Slug(maps[0].Name)}",
                FixKind.Adapter,
                $"Average {names} over all positions",
                $"{names} becomes one number for each channel; where something was seen is lost, that it was seen is kept.",
                Loss.Resampled,
                pooled.Patch
            );
        var flat = new PatchWriter(merge);
        if (maps.All(branch => flat.Insert(branch.Index, "flat", new JsonObject { ["type"] = "flatten" })))
            yield return new(
                $"flatten-{Slug(maps[0].Name)}",
                FixKind.Adapter,
                $"Flatten {names}",
                $"Every number of {names} is kept, {maps.Sum(branch => branch.Shape.ElementsPerSample ?? 0):N0} in all, and which of them "
                    + $"are neighbors is forgotten; a linear layer behind the merge needs a weight for each.",
                Loss.Dropped,
                flat.Patch
            );
    }
}
