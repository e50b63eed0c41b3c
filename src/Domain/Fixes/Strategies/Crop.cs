using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>
/// Cuts the larger branch down to the smaller one, as the original U-Net does. For differences of a border, not of a stride.
/// </summary>
internal sealed class Crop : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [.. CauseKinds.All.Where(kind => kind != CauseKinds.StrideDifference)];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (!merge.IsSpatial)
            yield break;
        foreach (var target in Targets(merge))
        {
            var others = Others(merge, target);
            if (others.Any(branch => branch.Shape.SpatialAxes.Any(axis => branch.Shape[axis].Value < target.Shape[axis].Value)))
                continue;
            var patch = new PatchWriter(merge);
            if (
                others.All(branch =>
                    patch.Insert(branch.Index, "crop", new JsonObject { ["type"] = "center_crop", ["size"] = Like(merge, target) })
                )
            )
                yield return new(
                    $"crop-to-{Slug(target.Name)}",
                    FixKind.Adapter,
                    $"Crop {Listed(others.Select(branch => branch.Name))} to the {target.Shape.SpatialSizes} of {target.Name}",
                    $"The border of {Listed(others.Select(branch => $"{branch.Name} ({branch.Shape.SpatialSizes})"))} is thrown away.",
                    Loss.Dropped,
                    patch.Patch
                );
        }
    }
}
