using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Adds a border of zeros to the smaller branch. For differences of a border, not of a stride.</summary>
internal sealed class Pad : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [.. CauseKinds.All.Where(kind => kind != CauseKinds.StrideDifference)];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (!merge.IsSpatial)
            yield break;
        foreach (var target in Targets(merge))
        {
            var others = Others(merge, target);
            if (others.Any(branch => branch.Shape.SpatialAxes.Any(axis => branch.Shape[axis].Value > target.Shape[axis].Value)))
                continue;
            var patch = new PatchWriter(merge);
            if (
                others.All(branch =>
                    patch.Insert(branch.Index, "pad", new JsonObject { ["type"] = "pad2d", ["size"] = Like(merge, target) })
                )
            )
                yield return new(
                    $"pad-to-{Slug(target.Name)}",
                    FixKind.Adapter,
                    $"Pad {Listed(others.Select(branch => branch.Name))} to the {target.Shape.SpatialSizes} of {target.Name}",
                    $"A border of zeros is put around {Listed(others.Select(branch => $"{branch.Name} ({branch.Shape.SpatialSizes})"))}.",
                    Loss.MadeUp,
                    patch.Patch
                );
        }
    }
}
