using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>An upsampling that multiplies takes the other branch's size instead: exact for every input.</summary>
internal sealed class UpsampleToSkip : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } =
    [CauseKinds.OddSizeRounding, CauseKinds.SymbolUnprovable, CauseKinds.StrideDifference];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        var isUsual = OthersDoSo(merge);
        if (cause.Kind == CauseKinds.StrideDifference && !isUsual)
            yield break;
        foreach (var branch in merge.Branches)
        {
            if (branch.Path.LastOrDefault(layer => layer.Operator.Resampling is not null) is not { } upsample)
                continue;
            foreach (var target in merge.Branches.Where(other => other != branch && !other.Path.Contains(upsample)))
            {
                JsonNode like = merge.Like(target);
                var patch = new PatchWriter(merge).Remove(upsample.Path, "scale_factor").Set(upsample.Path, "size", like);
                yield return new(
                    $"upsample-like-{Slug(target.Name)}",
                    FixKind.Edit,
                    $"Let {upsample.Name} upsample to the size of {target.Name}",
                    $"{upsample.Name} has the size of {target.Name} for every input; values are repeated or interpolated as before.",
                    Loss.None,
                    patch.Patch
                )
                {
                    AtTheCause = true,
                    Gain = isUsual ? 3 : 0,
                };
            }
        }
    }

    private static bool OthersDoSo(MergeCase merge) =>
        merge.Compiled.Graph.Layers.Any(layer => layer.Operator is { Resampling: not null, Like: not null });
}
