using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Edits;

/// <summary>How usual a width is among the layers of a network that are alike.</summary>
internal sealed class Widths
{
    private const long FewestFeatures = 8;

    private readonly MergeCase _merge;
    private readonly Tally _namesakes;

    public Widths(MergeCase merge)
    {
        _merge = merge;
        _namesakes = new(
            merge
                .Compiled.Planned.Layers.Where(layer => layer.Operator.Width is not null && layer.Output.Has(Axis.Channels))
                .DistinctBy(layer => layer.Path.ToString())
                .Select(layer => (layer.Path.ToString(), Role(layer), layer.Output[Axis.Channels].ToString()))
        );
    }

    /// <summary>By how much the layer would be more usual with that value.</summary>
    public double Gain(PlannedLayer layer, EditableAttribute edit, JsonNode value, Branch target)
    {
        if (value.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
            return -0.5;                                                                         // it changes more than a number
        if (edit.Effect != EditEffect.Features || value is not JsonValue || !layer.Output.Has(Axis.Channels))
            return 0;
        var path = layer.Path.ToString();
        var (now, then) = (layer.Output[Axis.Channels], target.Shape.Has(Axis.Channels) ? target.Shape[Axis.Channels] : default);
        var gain =
            (then.Known > now.Known ? 0.1 : 0)                                                   // nothing is lost by more
            + (0.15 * Math.Clamp(Halvings(then) - Halvings(now), -3, 3))                         // 32 is meant sooner than 33
            + (KeepsWidth(layer, then) ? 0.4 : 0)
            + _namesakes.Share(path, Role(layer), then.ToString())
            - _namesakes.Share(path, Role(layer), now.ToString())
            + (0.5 * (_merge.Branches.Count(each => HasWidth(each, then)) - _merge.Branches.Count(each => HasWidth(each, now))));
        // A block beside a plain shortcut was written to change the width; a decoder's level comes back to that of its skip.
        return
            target.Path.Any(each => each.Operator.Effect.Has(Effect.Weighs))
            || target.Start is null
            || _merge.Ancestor is null
            || _merge.Branches.Any(branch => branch != target && branch.Path.Contains(layer) && branch.Path.Any(Enlarges))
            ? gain
            : gain - 1.5;
    }

    private static bool Enlarges(PlannedLayer layer) =>
        layer.Operator.Resampling is not null || layer.Operator.Window is { IsTransposed: true };

    // A score of so many classes has as many when it is enlarged; numbers of features are multiples of 8.
    private static bool KeepsWidth(PlannedLayer layer, Dim then) =>
        then.Known % FewestFeatures is not 0 && Enlarges(layer) && layer.Input.Has(Axis.Channels) && layer.Input[Axis.Channels] == then;

    // Fewer are classes or colors, of which no number is rounder than another.
    private static long Halvings(Dim width) => width.Known is >= FewestFeatures and var size ? long.TrailingZeroCount(size) : 0;

    private static bool HasWidth(Branch branch, Dim width) => branch.Shape.Has(Axis.Channels) && branch.Shape[Axis.Channels] == width;

    private static string Role(PlannedLayer layer) =>
        $"{layer.Operator.Kind} {new string([.. layer.Name.Where(c => !char.IsAsciiDigit(c))])}";
}
