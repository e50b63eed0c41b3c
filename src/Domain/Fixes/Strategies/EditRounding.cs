using ConcatService.Domain.Diagnostics;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>A pooling rounds the other way, as the rest of the network does.</summary>
internal sealed class EditRounding : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } =
    [CauseKinds.OddSizeRounding, CauseKinds.PaddingDifference, CauseKinds.OneBranchDiffers];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        foreach (var layer in merge.RoundingEdits)
        {
            var isUp = layer.Operator.Window!.CeilMode;
            yield return new(
                $"{(isUp ? "floor" : "ceil")}-mode-{Slug(layer.Name)}",
                FixKind.Edit,
                $"Let {layer.Name} round {(isUp ? "down (ceil_mode false)" : "up (ceil_mode)")}",
                isUp
                    ? $"The last, partial window of {layer.Name} is left out, as those of the other branches are."
                    : $"The last, partial window of {layer.Name} is kept, so that no cell is lost.",
                Loss.None,
                new PatchWriter(merge).Set(layer.Path, "ceil_mode", !isUp).Patch
            )
            {
                Gain = merge.Branches.SelectMany(branch => branch.Path).Any(other => other.Operator.Window?.CeilMode == !isUp) ? 2 : 0,
                AtTheCause = cause.Path?.ToString() == layer.Path.ToString() && cause.Kind != CauseKinds.PaddingDifference,
            };
        }
    }
}
