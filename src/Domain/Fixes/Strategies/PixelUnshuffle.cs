using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>
/// A way down that loses nothing: the finer map's blocks of cells become channels. Only a concat takes the other number of channels.
/// </summary>
internal sealed class PixelUnshuffle : FixStrategy
{
    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (!merge.IsSpatial || merge.Merge.Operator is not IMerge { JoinedAxis: not null })
            yield break;
        foreach (var target in Targets(merge))
        {
            if (
                Others(merge, target) is not [var branch]
                || !branch.Shape.Has(Axis.Channels)
                || branch.Shape[Axis.Channels].Known is not { } channels
                || Ratios(branch, target) is not [var factor, var across]
                || factor != across
            )
                continue;
            var patch = new PatchWriter(merge);
            if (patch.Insert(branch.Index, "unshuffle", new() { ["type"] = "pixel_unshuffle", ["factor"] = factor }))
                yield return new(
                    $"unshuffle-{Slug(branch.Name)}",
                    FixKind.Adapter,
                    $"Move each {factor}x{factor} cells of {branch.Name} into channels (pixel_unshuffle)",
                    $"{branch.Name} keeps every value: its {channels} channels become {Saturating.Multiply(channels, factor * factor)}, "
                        + $"and what reads {merge.NameOf(merge.Merge.Name)} gets that much wider.",
                    Loss.Grown,
                    patch.Patch
                );
        }
    }
}
