using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>A learned way up: a transposed convolution on the coarser branch, whose windows lie side by side.</summary>
internal sealed class TransposedConvolution : FixStrategy
{
    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (!merge.IsSpatial)
            yield break;
        foreach (var target in Targets(merge))
        {
            if (
                Others(merge, target) is not [var branch]
                || !branch.Shape.Has(Axis.Channels)
                || branch.Shape[Axis.Channels].Known is not { } channels
                || Ratios(target, branch) is not { } ratios
            )
                continue;
            var layer = new JsonObject
            {
                ["type"] = Twin("conv_transpose", branch.Shape),
                ["out_channels"] = channels,
                ["kernel_size"] = EditableAttribute.Spelled(ratios),
                ["stride"] = EditableAttribute.Spelled(ratios),
            };
            var patch = new PatchWriter(merge);
            if (patch.Insert(branch.Index, "up", layer))
                yield return new(
                    $"transpose-{Slug(branch.Name)}",
                    FixKind.Adapter,
                    $"Bring {branch.Name} to the {target.Shape.SpatialSizes} of {target.Name} by a transposed convolution of stride "
                        + $"{string.Join('x', ratios.Distinct())}",
                    $"{branch.Name} learns the {string.Join('x', ratios)} cells that each of its places becomes.",
                    Loss.Grown,
                    patch.Patch
                );
        }
    }
}
