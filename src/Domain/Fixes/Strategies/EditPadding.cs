using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Causes;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>
/// A padding that fits the window, at the layer that is unlike its siblings, or "same" on all that lose cells at the border.
/// </summary>
internal sealed class EditPadding : FixStrategy
{
    private const int MostOffers = 3;

    protected override IReadOnlyList<CauseKind> Answers { get; } =
    [CauseKinds.PaddingDifference, CauseKinds.StrideDifference, CauseKinds.OneBranchDiffers];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        foreach (var edit in cause.Kind == CauseKinds.PaddingDifference ? Windows(merge).Take(MostOffers) : [])
        {
            var (name, value) = (edit.Layer.Name, Written(edit.Value));
            var (id, effect) = (edit.Attribute, value) switch
            {
                ("padding", "same") => (
                    "same-padding",
                    "Zeros at the border make up for the cells that would be lost; nothing else changes."
                ),
                ("padding", "0") when Enlarges(edit) => (
                    "no-padding",
                    "The window takes no border away, so that none has to be added; nothing else changes."
                ),
                ("padding", "0") => ("no-padding", "The border that the other branches lose is lost here too."),
                ("padding" or "output_padding", _) => (
                    edit.Attribute.Replace('_', '-'),
                    "The border gets as many cells as the window needs; nothing else changes."
                ),
                ("dilation", _) => ("dilation", "The window's taps stand side by side; it sees less far."),
                _ => ("kernel", "The window is the one that the padding is for; its weights get fewer or more."),
            };
            var patch = new PatchWriter(merge).Set(edit.Layer.Path, edit.Attribute, edit.Value.DeepClone()).Patch;
            yield return new(
                $"{id}-{Slug(name)}{(id is "kernel" or "padding" ? $"-{Sizes(value)}" : "")}",
                FixKind.Edit,
                $"Set the {edit.Attribute.Replace('_', ' ')} of {name} to {(value == "same" ? "\"same\"" : value)}",
                effect,
                edit.Attribute is "dilation" or "kernel_size" ? Loss.Dropped : Loss.None,
                patch
            )
            {
                AtTheCause = edit == merge.WindowEdits[0],
            };
        }

        var all = PaddingDifference.Losing(merge).ToList();
        if (all.Count > 1 && merge.IsSideBySide)
            yield return Same(merge, all, "same-padding-together") with { Gain = 3, AtTheCause = true };
        foreach (var branch in merge.Branches)
        {
            var losing = all.Where(step => branch.Path.Contains(step.Layer)).ToList();
            if (losing.Count == 0)
                continue;
            yield return Same(merge, losing, $"same-padding-{Slug(branch.Name)}") with
            {
                AtTheCause = losing.Count == 1 && merge.WindowEdits.Count == 0,
                Gain = merge.IsUnpadded ? -2 : 0,
            };
        }
    }

    // Beside a layer that pads more than its window takes no healthy one loses its padding.
    private static IEnumerable<WindowEdit> Windows(MergeCase merge) =>
        merge.WindowEdits is [var first, ..] && Enlarges(first)
            ? merge.WindowEdits.Where(Enlarges)
            : merge.WindowEdits;

    private static bool Enlarges(WindowEdit edit) => edit.Layer.Operator.Window is { } window && WindowEdits.Enlarges(window);

    private static string Written(JsonNode value) =>
        value is JsonArray ? value.ToJsonString().Replace(",", ", ", StringComparison.Ordinal) : value.ToString();

    private static string Sizes(string written) => Slug(written.Trim('[', ']').Replace(", ", "x", StringComparison.Ordinal));

    private static Candidate Same(MergeCase merge, List<Step> losing, string id)
    {
        var patch = new PatchWriter(merge);
        foreach (var step in losing)
            patch.Set(step.Layer.Path, "padding", "same");
        var names = Listed(losing.Select(step => step.Layer.Name));
        return new(
            id,
            FixKind.Edit,
            $"Set the padding of {names} to \"same\"",
            $"Zeros at the border make up for the cells that {names} would lose; the sizes behind stay as they come in.",
            Loss.None,
            patch.Patch
        );
    }
}
