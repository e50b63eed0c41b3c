using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Causes;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Lets the layers of a branch that read their inputs in the other layout read them as the spec does.</summary>
internal sealed class EditDataFormat : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.MixedLayout];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (MixedLayout.AllReadOtherwise(merge) is not { Count: > 0 } others)
            yield break;
        if (others.Count > 1)
            yield return Read(merge, others) with { Gain = 0.3 * others.Count };                    // one change, written several times
        yield return Read(merge, [others[0]]);
    }

    private static Candidate Read(MergeCase merge, IReadOnlyList<Layer> layers)
    {
        var layout = merge.Compiled.Graph.Layout.Name();
        var patch = new PatchWriter(merge);
        foreach (var layer in layers)
            patch.Set(layer.Path, "data_format", layout);
        var names = Listed(layers.Select(layer => merge.NameOf(layer.Name)));
        return new(
            $"data-format-{Slug(layers[0].Name)}{(layers.Count > 1 ? "-all" : "")}",
            FixKind.Edit,
            $"Let {names} read {layout}, as the spec does",
            $"{names} {(layers.Count > 1 ? "take" : "takes")} channels for channels again; nothing is lost.",
            Loss.None,
            patch.Patch
        )
        {
            AtTheCause = true,
        };
    }
}
