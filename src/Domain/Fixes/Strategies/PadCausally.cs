using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Edits;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Pads the windows over time before the first step alone, all of them as one edit.</summary>
internal sealed class PadCausally : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.PaddingDifference];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (CausalPaddings.Of(merge) is not { Count: > 0 } layers)
            yield break;
        var patch = new PatchWriter(merge);
        foreach (var layer in layers)
            patch.Set(layer.Path, "padding", "causal");
        var (names, isPadded) = (
            Listed(layers.Select(layer => layer.Name)),
            layers.Exists(layer => layer.Operator.Window!.Padding.Cells[0] > 0)
        );
        yield return new(
            $"causal-padding-{Slug(layers[0].Name)}",
            FixKind.Edit,
            $"Set the padding of {names} to \"causal\"",
            "Every step keeps its place and sees no later one: the zeros are all before the first step.",
            Loss.None,
            patch.Patch
        )
        {
            // Without padding a network of this kind cuts what the others have too much.
            Gain = isPadded ? 1 : -2,
            AtTheCause = isPadded,
            IsCausal = true,
        };
    }
}
