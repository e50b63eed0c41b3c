using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>The pooling that loses an odd cell rounds up instead.</summary>
internal sealed class CeilPooling : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.OddSizeRounding];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (
            cause.Layer is not { } name
            || merge.Producer(new Wire(name)) is not { } blamed
            || !blamed.Operator.Edits.Any(edit => edit.Name == "ceil_mode")
        )
            yield break;
        yield return new(
            $"ceil-mode-{Slug(name)}",
            FixKind.Edit,
            $"Let {name} round up (ceil_mode)",
            $"The last, partial window of {name} is kept, so that no cell is lost.",
            Loss.None,
            new PatchWriter(merge).Set(blamed.Path, "ceil_mode", true).Patch
        )
        {
            AtTheCause = true,
        };
    }
}
