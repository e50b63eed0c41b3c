using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>A learned way down: a 3x3 convolution with a stride on the finer branch.</summary>
internal sealed class StridedConvolution : FixStrategy
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
            )
                continue;
            var axes = branch.Shape.SpatialAxes.ToList();
            if (axes.Any(axis => branch.Shape[axis].Value < target.Shape[axis].Value))
                continue;
            var strides = axes.Select(axis =>
                    Math.Max(1, (branch.Shape[axis].Value + target.Shape[axis].Value - 1) / target.Shape[axis].Value)
                )
                .ToArray();
            var layer = new JsonObject
            {
                ["type"] = Twin("conv", branch.Shape),
                ["out_channels"] = channels,
                ["kernel_size"] = 3,
                ["stride"] = EditableAttribute.Spelled(strides),
                ["padding"] = 1,
            };
            var patch = new PatchWriter(merge);
            if (patch.Insert(branch.Index, "down", layer))
                yield return new(
                    $"convolve-{Slug(branch.Name)}",
                    FixKind.Adapter,
                    $"Bring {branch.Name} to {target.Shape.SpatialSizes} by a 3x3 convolution of stride "
                        + $"{string.Join('x', strides.Distinct())}",
                    $"{branch.Name} learns what to keep of the cells that it leaves out.",
                    Loss.Dropped,
                    patch.Patch
                );
        }
    }
}
