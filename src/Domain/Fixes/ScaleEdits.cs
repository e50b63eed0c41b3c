using System.Text.Json.Nodes;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes;

/// <summary>Another value for the stride or scale of one layer, after which the whole network fits.</summary>
/// <param name="Attribute">stride or scale_factor.</param>
/// <param name="Value">As the spec writes it.</param>
/// <param name="Gain">How much more usual the layer is then than now; positive where it is odd as it stands.</param>
public sealed record ScaleEdit(PlannedLayer Layer, Branch Branch, string Attribute, JsonNode Value, double Gain)
{
    /// <summary>Whether the layer has a stride or scale now, so that it made the difference and not merely could.</summary>
    public bool IsResponsible { get; init; }

    /// <summary>Whether the layer is a 1x1 convolution beside a block: it has a stride because the block has one.</summary>
    public bool IsShortcut { get; init; }

    /// <summary>
    /// Whether it is a shortcut that strides and widens, as at the start of a stage: the block has lost its stride there (He et al. 2015,
    /// 3.3 and table 1).
    /// </summary>
    public bool IsTransition { get; init; }

    /// <summary>
    /// Whether the layer lacks the stride that the shortcut beside it has; or is that shortcut, and lacks the stride of its block.
    /// </summary>
    public bool IsMissing { get; init; }

    /// <summary>
    /// Whether it is there to bring one input of the network to the rate of another, as SlowFast's lateral convolutions are: its stride is
    /// the ratio of the two.
    /// </summary>
    public bool IsBridge { get; init; }

    /// <summary>Whether its window then needs "same" padding too.</summary>
    public bool NeedsSame { get; init; }

    /// <summary>To rank by: what makes the difference is likelier than what could.</summary>
    internal double Likelihood =>
        Gain
        + (IsTransition ? -3 : IsShortcut ? -2 : IsMissing ? 0.8 : IsBridge ? 1 : IsResponsible ? 0.2 : 0)
        - (NeedsSame ? 0.6 : 0);
}

/// <summary>Finds them: for each layer on the way, the value that would bring its branch to the scale of another.</summary>
internal static class ScaleEdits
{
    /// <summary>How many values are planned; the likeliest come first.</summary>
    private const int MostTrials = 24;

    /// <summary>The edits that restore agreement, the likeliest first.</summary>
    public static List<ScaleEdit> Of(MergeCase merge)
    {
        if (!merge.IsSpatial)
            return [];
        var usual = new StrideTypicality(merge);
        var again = merge.Again;
        var restoring = new List<ScaleEdit>();
        foreach (var (edit, edited) in Possible(merge, usual).OrderByDescending(each => each.Edit.Likelihood).Take(MostTrials))
        {
            if (again.RestoresAnywhere(edit.Layer, edited))
                restoring.Add(edit);
            else if (edit.IsResponsible && again.Restores(edit.Layer, op => edited(op) is { } changed ? Padded(changed) : null))
                restoring.Add(edit with { NeedsSame = true });
        }

        var ordered = restoring.OrderByDescending(edit => edit.Likelihood).ToList();
        if (ordered is [{ IsResponsible: false } first, ..] && ordered.Find(edit => edit.IsResponsible) is { IsShortcut: true })
            ordered[0] = first with { IsMissing = true };
        return ordered;
    }

    private static Operator? Padded(Operator op) =>
        op.Window is { IsTransposed: false, Padding.IsSame: false } ? op.With("padding", "same") : null;

    private static IEnumerable<(ScaleEdit Edit, Func<Operator, Operator?> Edited)> Possible(MergeCase merge, StrideTypicality usual)
    {
        var seen = new HashSet<(string, string)>();
        foreach (var branch in merge.Branches)
        {
            foreach (var target in merge.Branches.Where(other => merge.DifferingAxes.Any(axis => other.Shape[axis] != branch.Shape[axis])))
            {
                var axes = branch.Shape.SpatialAxes.ToList();
                var factors = axes.Select(axis => Factor(branch, target, axis)).ToArray();
                if (factors.Contains(null))
                    continue;
                foreach (
                    var layer in branch.Path.Where(layer =>
                        layer.Output.Rank == branch.Shape.Rank && merge.Branches.Any(other => !other.Path.Contains(layer))
                    )
                )
                {
                    var (isBridge, isShortcut) = (IsBridge(merge, branch, target, layer), IsShortcut(merge, branch, layer));
                    if (
                        Edited(layer, [.. factors.Select(factor => factor!.Value)], isBridge) is var (attribute, value, edited)
                        && seen.Add((layer.Path.ToString(), value.ToJsonString()))
                    )
                        yield return (
                            new(layer, branch, attribute, value, isBridge ? 0 : Gain(merge, usual, target, layer, edited(layer.Operator)!))
                            {
                                IsResponsible = IsScaled(merge, layer) && !IsLarge(attribute, value),
                                IsShortcut = isShortcut,
                                IsTransition = isShortcut && Widens(layer),
                                IsMissing = IsMissing(merge, branch, target, layer),
                                IsBridge = isBridge,
                            },
                            edited
                        );
                }
            }

            // A layer of a block counts at every place of the block, so its stride cannot be told from the scales of one merge: the usual
            // one is tried.
            foreach (
                var layer in branch.Path.Where(layer =>
                    layer.Output.Rank == branch.Shape.Rank
                    && IsScaled(merge, layer)
                    && Replan.IsOfBlock(layer)
                )
            )
            {
                if (layer.Operator.Window is { } window && seen.Add((layer.Path.ToString(), "1")))
                {
                    var whole = Restrided(window.Stride, 1);
                    yield return (
                        new(layer, branch, "stride", 1, usual.Gain(layer, whole(layer.Operator)!)) { IsResponsible = true },
                        whole
                    );
                }
            }
        }
    }

    // Beside a shortcut with a stride it is the block's 3x3 convolution that has one, and where a stage starts no other block is like it.
    private static double Gain(MergeCase merge, StrideTypicality usual, Branch target, PlannedLayer layer, Operator edited)
    {
        const double OfOneCell = 0.6;
        if (target.Path.FirstOrDefault(each => IsShortcut(merge, target, each)) is not { } shortcut)
            return usual.Gain(layer, edited);
        return (Widens(shortcut) ? StrideTypicality.GainByItself(layer, edited) : usual.Gain(layer, edited))
            - (layer.Operator.Window?.LargestKernel == 1 ? OfOneCell : 0);
    }

    /// <summary>What the branch's scale has to be multiplied with to be the target's.</summary>
    private static Ratio? Factor(Branch branch, Branch target, Axis axis) =>
        branch.FullyPadded(axis) is { Numerator: > 0 } own && target.FullyPadded(axis) is { } other ? other / own : null;

    // A shortcut has a convolution where its block makes the map smaller; one without a stride has forgotten it.
    private static bool IsMissing(MergeCase merge, Branch branch, Branch target, PlannedLayer layer) =>
        !IsScaled(merge, layer)
        && IsProjection(merge, branch, layer)
        && merge.DifferingAxes.All(axis => target.Shape[axis].Known < branch.Shape[axis].Known);

    private static bool IsShortcut(MergeCase merge, Branch branch, PlannedLayer layer) =>
        IsScaled(merge, layer) && IsProjection(merge, branch, layer);

    private static bool IsProjection(MergeCase merge, Branch branch, PlannedLayer layer) =>
        !merge.JoinsAxis
        && layer.Operator.Window is { IsTransposed: false } window
        && window.KernelSize.ToArray(branch.Shape.Rank - 1).All(size => size == 1)
        && branch.Path.Count(each => each.Operator.Effect.Has(Effect.Weighs) && each.Operator.Window is not null) == 1
        && merge.Branches.Any(other => other != branch && other.Path.Any(each => each.Operator.Window?.KernelSize[0] > 1));

    private static bool Widens(PlannedLayer layer) =>
        layer.Input.Has(Axis.Channels) && layer.Output[Axis.Channels].Known > layer.Input[Axis.Channels].Known;

    // Layers that upsample by two are many; one that should have done it by four is seldom the fault.
    private static bool IsLarge(string attribute, JsonNode value) => attribute == "scale_factor" && (double)value > 2;

    // Along the axes that differ: what it does to others is beside the point.
    private static bool IsScaled(MergeCase merge, PlannedLayer layer) => merge.DifferingAxes.Any(axis => IsScaled(layer, axis));

    private static bool IsScaled(PlannedLayer layer, Axis axis) =>
        layer.Output.Has(axis) && layer.Operator.RescalingOf(axis, layer) is var scale && scale.Numerator != scale.Denominator;

    // Of two inputs of the network one has several times as many steps, and of all layers this one alone makes them fewer.
    private static bool IsBridge(MergeCase merge, Branch branch, Branch target, PlannedLayer layer) =>
        merge.Ancestor is null
        && merge.DifferingAxes.All(axis =>
            IsScaled(layer, axis)
            && !branch.Path.Concat(target.Path).Any(other => other != layer && IsScaled(other, axis))
            && SizeOf(branch.Start, axis) is { } own
            && SizeOf(target.Start, axis) is { } beside
            && own > beside
            && own % beside == 0
        );

    private static long? SizeOf(Shape? shape, Axis axis) => shape is not null && shape.Has(axis) ? shape[axis].Known : null;

    private static (string Attribute, JsonNode Value, Func<Operator, Operator?> Edited)? Edited(
        PlannedLayer layer,
        Ratio[] factors,
        bool isBridge
    )
    {
        if (layer.Operator.Resampling is { Factor: { } scale })
            return Scaled(scale, factors) is { } scaled ? ("scale_factor", scaled, op => op.With("scale_factor", scaled)) : null;
        if (layer.Operator.Window is not { } window || Strided(window, factors, isBridge) is not { } strides)
            return null;
        var value = EditableAttribute.Spelled(strides);
        return ("stride", value, Restrided(window.Stride, value));
    }

    /// <summary>Where a place of a block has a stride of its own, by <c>with</c>, an edit in the block does not reach it.</summary>
    private static Func<Operator, Operator?> Restrided(Extent old, JsonNode stride) =>
        op => op.Window?.Stride == old ? op.With("stride", stride) : null;

    /// <summary>
    /// The strides after which the layer's scale is so many times what it is; null where they are not 1, 2 or the kernel's size, as strides
    /// are but for those that a ratio of inputs gives.
    /// </summary>
    private static long[]? Strided(SlidingWindow window, Ratio[] factors, bool isBridge)
    {
        var strides = window
            .Stride.ToArray(factors.Length)
            .Select((old, i) => window.IsTransposed ? new Ratio(old, 1) * factors[i] : new Ratio(old, 1) / factors[i])
            .ToArray();
        return strides
            .Select((each, i) => each.IsWhole && (isBridge || each.Numerator is 1 or 2 || each.Numerator == window.KernelSize[i]))
            .All(usual => usual)
            ? [.. strides.Select(each => each.Numerator)]
            : null;
    }

    private static double? Scaled(Scale scale, Ratio[] factors) =>
        scale.Count <= 1
        && factors.Distinct().Count() == 1
        && scale[0] * factors[0].Numerator / factors[0].Denominator is (1 or 2 or 4 or 8 or 16) and var scaled
            ? scaled
            : null;
}
