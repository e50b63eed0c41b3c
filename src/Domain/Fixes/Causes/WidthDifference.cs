using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>The features alone differ, where an element-wise merge or a concat along another axis wants them equal.</summary>
internal sealed class WidthDifference : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (!merge.SameRank || merge.DifferingAxes.ToList() is not [Axis.Channels])
            return null;
        var layer = merge.AttributeEdits is [var edit, ..] ? edit.Layer : Deciding(merge);
        var widths = string.Join(", ", merge.Branches.Select(branch => $"{branch.Name} {branch.Shape[Axis.Channels]}"));
        var wants = merge.JoinsAxis
            ? $"Joined along {merge.JoinedAxis(merge.Branches[0].Shape)!.Value.Name()}, all inputs need the same number of features"
            : $"{Indefinite(merge.Merge.Operator.Kind)} needs the same number of features of all inputs";
        return Blame(
            CauseKinds.WidthDifference,
            layer,
            $"{wants}: {widths}." + (layer is null ? "" : $" {layer.Name} ({layer.Operator.Kind}) {Gives(merge, layer)}.")
        );
    }

    // What positions become features behind it has a size of them.
    private static string Gives(MergeCase merge, PlannedLayer layer) =>
        merge.AttributeEdits is [var first, ..]
        && layer.Operator.Edits.Any(edit => edit.Name == first.Attribute && edit.Effect == EditEffect.Sizes)
            ? $"gives {layer.Output.SpatialSizes}"
            : $"makes {layer.Output.Features()} of it";

    internal static string Indefinite(string kind) => $"{("aeiou".Contains(kind[0], StringComparison.Ordinal) ? "An" : "A")} {kind}";

    // The layer that decides the width of the branch that stands alone, also where all come from it; of two, of the one that has such a
    // layer.
    private static PlannedLayer? Deciding(MergeCase merge) =>
        merge.Outlier is { Path.Count: 0 } odd
            ? merge.Before(odd).FirstOrDefault(each => each.Operator.Width is not null)
            : merge
                .Branches.OrderBy(branch => merge.Branches.Count(other => other.Shape[Axis.Channels] == branch.Shape[Axis.Channels]))
                .Select(branch => branch.Path.LastOrDefault(each => each.Operator.Width is not null))
                .FirstOrDefault(each => each is not null);
}

/// <summary>Reads a shape's features for messages.</summary>
internal static class ShapeFeatures
{
    public static string Features(this Shape shape) => shape.Has(Axis.Channels) ? shape[Axis.Channels].ToString() : shape.Sizes;
}
