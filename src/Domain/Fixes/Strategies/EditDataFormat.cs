using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Causes;
using ConcatService.Domain.Shapes;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Lets the one layer that reads its input in the other layout read it as the spec does.</summary>
internal sealed class EditDataFormat : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.MixedLayout];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (MixedLayout.ReadOtherwise(merge) is not { } other)
            yield break;
        var layout = merge.Compiled.Graph.Layout.Name();
        var patch = new PatchWriter(merge).Set(other.Path, "data_format", layout).Patch;
        yield return new(
            $"data-format-{Slug(other.Name)}",
            FixKind.Edit,
            $"Let {other.Name} read {layout}, as the spec does",
            $"{other.Name} takes channels for channels again; nothing is lost.",
            Loss.None,
            patch
        )
        {
            AtTheCause = true,
        };
    }
}
