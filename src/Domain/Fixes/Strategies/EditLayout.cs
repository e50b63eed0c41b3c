using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Causes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Reads the whole spec in the other layout, in which its inputs are written.</summary>
internal sealed class EditLayout : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.MixedLayout];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (cause is not { Layer: null, Path: not null })
            yield break;
        var layout = OtherLayout.Other(merge.Compiled.Graph.Layout).Name();
        var patch = new JsonArray(
            new JsonObject
            {
                ["op"] = "add",
                ["path"] = "/layout",
                ["value"] = layout,
            }
        );
        yield return new(
            $"layout-{layout}",
            FixKind.Edit,
            $"Read the whole spec {layout}",
            "Every shape and numeric axis is read in that order, as the inputs are written.",
            Loss.None,
            patch
        )
        {
            AtTheCause = true,
        };
    }
}
