using System.Text.Json.Nodes;
using ConcatService.Domain.Fixes.Adapters;
using ConcatService.Domain.Fixes.Causes;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Edits;

/// <summary>Another value for one attribute of one layer, after which the whole network fits.</summary>
/// <param name="Target">The branch that it then fits.</param>
/// <param name="Value">As the spec writes it.</param>
/// <param name="Gain">How much more like its siblings the layer is then than now.</param>
internal sealed record AttributeEdit(PlannedLayer Layer, Branch Branch, Branch Target, string Attribute, JsonNode Value, double Gain);

/// <summary>
/// Finds them: every attribute that an operator declares editable is asked for the value that gives the branch the shape of another.
/// Strides, scales and windows, which have several usual values for one size, are looked for by <see cref="Fixes.ScaleEdits"/> and
/// <see cref="Fixes.WindowEdits"/>.
/// </summary>
internal static class AttributeEdits
{
    /// <summary>How many values are planned; the likeliest come first.</summary>
    private const int MostTrials = 24;

    /// <summary>What is farther from the merge is not looked at; a hostile branch is thousands of layers long.</summary>
    private const int Farthest = 32;

    /// <summary>Of a wider merge the first branches stand for all.</summary>
    private const int MostBranches = 16;

    private static readonly string[] Elsewhere =
    [
        "stride",
        "scale_factor",
        "padding",
        "kernel_size",
        "dilation",
        "output_padding",
        "data_format",
        "ceil_mode",
    ];

    /// <summary>The edits that restore agreement, the likeliest first.</summary>
    public static List<AttributeEdit> Of(MergeCase merge)
    {
        var again = merge.Again;
        var widths = new Widths(merge);
        List<AttributeEdit> found =
        [
            .. Possible(merge, widths)
                .DistinctBy(edit => (edit.Layer.Path.ToString(), edit.Attribute, edit.Value.ToJsonString()))
                .OrderByDescending(edit => edit.Gain)
                .Take(MostTrials)
                .Where(Restores),
        ];
        return found.Count > 0 ? found : SizesBehind.Of(merge);

        bool Restores(AttributeEdit edit)
        {
            return again.RestoresAnywhere(edit.Layer, Edited, isWidth: edit.Layer.Operator.Width?.Name == edit.Attribute);

            Operator? Edited(Operator op) => op.With(edit.Attribute, edit.Value);
        }
    }

    private static IEnumerable<AttributeEdit> Possible(MergeCase merge, Widths widths)
    {
        foreach (var branch in merge.Branches.Take(MostBranches))
        {
            foreach (
                var target in merge.Targets.Where(other => other != branch && !MergeTargets.Fit(merge, branch.Shape, other.Shape))
            )
            {
                foreach (var layer in branch.Path.Reverse().Take(Farthest).Where(layer => !Feeds(target, layer)))
                {
                    foreach (var wanted in Wanted(merge, layer, branch, target).Where(wanted => !wanted.SameSizes(layer.Output)))
                    {
                        foreach (var edit in layer.Operator.Edits.Where(edit => Changes(layer, edit, wanted)))
                        {
                            foreach (var value in edit.Solve(layer, wanted))
                            {
                                if (layer.Operator.With(edit.Name, value) is { } changed && changed != layer.Operator)
                                    yield return new(layer, branch, target, edit.Name, value, widths.Gain(layer, edit, value, target));
                            }
                        }
                    }
                }
            }
        }
    }

    /// <summary>Whether its values are looked for here.</summary>
    internal static bool IsSearched(PlannedLayer layer, EditableAttribute edit) =>
        !Elsewhere.Contains(edit.Name) || (edit.Name == "padding" && layer.Operator.Window is null);

    // What only gives another layer its size is not on the way of the features.
    private static bool Feeds(Branch branch, PlannedLayer layer) =>
        branch.Path.Contains(layer)
        && (
            branch.Path[^1] == layer
            || branch.Path.Any(each => each.Inputs.SkipLast(each.Operator.Like is null ? 0 : 1).Any(wire => wire.Source == layer.Name))
        );

    private static bool Changes(PlannedLayer layer, EditableAttribute edit, Shape wanted)
    {
        if (!IsSearched(layer, edit))
            return false;
        var now = layer.Output;
        var effect = EditEffect.None;
        if (now.Rank != wanted.Rank)
            effect = EditEffect.Rank;
        else
            for (var i = 1; i < now.Rank; i++)
            {
                if (now.Dims[i] != wanted.Dims[i])
                    effect |= now.Axes[i] == Axis.Channels ? EditEffect.Features : EditEffect.Sizes;
            }

        return (edit.Effect & effect) == effect;
    }

    // What it gives is lost cell by cell behind it.
    private static bool Borders(PlannedLayer layer, Axis axis) =>
        layer.Operator.Window is null && layer.Operator.RescalingOf(axis, layer) is { Deficit: not 0 };

    /// <summary>What the layer would have to give for the branch to fit beside the target.</summary>
    internal static IEnumerable<Shape> Wanted(MergeCase merge, PlannedLayer layer, Branch branch, Branch target)
    {
        var (now, given, wanted) = (layer.Output, branch.Shape, target.Shape);
        if (layer.Operator.AxisFlow == AxisFlow.Made && now.SameSizes(given))
        {
            foreach (var made in Made(merge, now, wanted))
                yield return made;
        }

        if (!given.SameAxes(wanted))
            yield break;
        var shape = now;
        foreach (var position in MergeTargets.Differing(merge, given, wanted))
        {
            var axis = wanted.Axes[position];
            if (
                !now.Has(axis)
                || now[axis].Known is not { } size
                || given[axis].Known is not { } before
                || wanted[axis].Known is not { } after
            )
                yield break;
            var reached =
                size == before ? after
                : Borders(layer, axis) ? size + after - before
                : size * after % before == 0 ? size * after / before
                : 0;
            if (reached < 1)
                yield break;
            shape = shape.With(axis, reached);
        }

        yield return shape;
    }

    // A reshape may write the same numbers in any order of the target's sizes, and in one that stretches.
    private static IEnumerable<Shape> Made(MergeCase merge, Shape now, Shape wanted)
    {
        if (now.ElementsPerSample is not { } numbers)
            yield break;
        if (now.Rank == wanted.Rank && MixedLayout.Rotation(now, wanted, merge.JoinedPosition(wanted) ?? -1) is { } order)
            yield return now.With([.. order.Select(dim => now.Dims[dim])]);
        if (now.Rank == wanted.Rank)
            yield break;
        var joined = merge.JoinedPosition(wanted);
        var others = wanted.Dims.Where((_, i) => i > 0 && i != joined).Aggregate((long?)1, (all, size) => all * size.Known);
        if (joined is { } position && others is > 0 and var fixedSizes && numbers % fixedSizes == 0)
            yield return wanted.With(position, numbers / fixedSizes);
        else if (joined is null && others == numbers)
            yield return wanted;
    }
}
