using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Causes;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Turns the dimensions of the branch that stands in the other layout.</summary>
internal sealed class Permute : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.MixedLayout];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        foreach (var branch in merge.Branches)
        {
            foreach (var target in merge.Branches.Where(other => other != branch))
            {
                var order = branch.Shape.SameAxes(target.Shape)
                    ? MixedLayout.Rotation(branch.Shape, target.Shape, merge.Mismatch.Axis ?? -1)
                    : [.. target.Shape.Axes.Select(axis => branch.Shape.Has(axis) ? branch.Shape.Position(axis) : -1)];
                var patch = new PatchWriter(merge);
                if (
                    order is null
                    || order.Contains(-1)
                    || !patch.Insert(
                        branch.Index,
                        "permute",
                        new JsonObject { ["type"] = "permute", ["dims"] = new JsonArray([.. order.Select(dim => (JsonNode)dim)]) }
                    )
                )
                    continue;
                yield return new(
                    $"permute-{Slug(branch.Name)}",
                    FixKind.Adapter,
                    $"Turn {branch.Name} into the order of {target.Name}",
                    $"The dimensions of {branch.Name} change places ([{string.Join(", ", order)}]); no value changes.",
                    Loss.None,
                    patch.Patch
                );
            }
        }
    }
}
