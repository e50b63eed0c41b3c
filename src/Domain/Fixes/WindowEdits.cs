using System.Text.Json.Nodes;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes;

/// <summary>Another value for the padding, kernel or dilation of one layer, after which the whole network fits.</summary>
/// <param name="Value">As the spec writes it.</param>
/// <param name="Gain">How much more like its siblings the layer is then than now.</param>
public sealed record WindowEdit(PlannedLayer Layer, string Attribute, JsonNode Value, double Gain);

/// <summary>Finds them among the layers of the branches.</summary>
internal static class WindowEdits
{
    private const int MostTrials = 32;

    /// <summary>Wider paddings are not tried: a hostile kernel is as wide as a number can be.</summary>
    private const long Widest = 64;

    /// <summary>The edits that restore agreement, those first that make the layer most like its siblings.</summary>
    public static List<WindowEdit> Of(MergeCase merge)
    {
        if (!merge.IsSpatial)
            return [];
        var again = merge.Again;
        var windows = merge
            .Compiled.Graph.Layers.Where(layer => Reach(layer.Operator) > 1)
            .Select(layer => (Path: layer.Path.ToString(), layer.Operator))
            .DistinctBy(layer => layer.Path)
            .ToList();
        var siblings = new Siblings(
            new(windows.Select(layer => (layer.Path, "", Style(layer.Operator)))),
            new(windows.Select(layer => (layer.Path, "", Size(layer.Operator))))
        );
        return
        [
            .. Possible(merge, siblings)
                .OrderByDescending(each => each.Edit.Gain)
                .Take(MostTrials)
                .Where(each => again.Restores(each.Edit.Layer, each.Edited))
                .Select(each => each.Edit),
        ];
    }

    private static IEnumerable<(WindowEdit Edit, Func<Operator, Operator?> Edited)> Possible(MergeCase merge, Siblings siblings)
    {
        foreach (
            var layer in merge.Branches.SelectMany(branch => branch.Path).DistinctBy(layer => layer.Path.ToString() + layer.Operator.Kind)
        )
        {
            foreach (var (attribute, value) in Values(layer.Operator))
            {
                if (layer.Operator.With(attribute, value) is { } changed && changed != layer.Operator)
                    yield return (
                        new(layer, attribute, value, Gain(layer, layer.Operator, changed, siblings)),
                        op => op.With(attribute, value)
                    );
            }
        }
    }

    private static IEnumerable<(string Attribute, JsonNode Value)> Values(Operator op)
    {
        if (op.Window is not { } window)
            return [];
        return window.IsTransposed ? OfTransposed(window)
            : Reach(op) > 1 ? OfWindow(window, op.Effect.Has(Effect.Weighs))
            : Enlarges(window) ? [("padding", 0)]                                               // one cell needs none beside it
            : [];
    }

    private static IEnumerable<(string Attribute, JsonNode Value)> OfTransposed(SlidingWindow window)
    {
        for (var elements = 0L; elements < Math.Min(4, window.Stride[0]); elements++)
            yield return ("output_padding", elements);
        for (var elements = 0L; elements <= Math.Min(Widest, window.KernelSize[0] / 2); elements++)
            yield return ("padding", elements);
    }

    private static IEnumerable<(string Attribute, JsonNode Value)> OfWindow(SlidingWindow window, bool isConvolution)
    {
        var (reach, padding) = (ReachOf(window), window.Padding);
        if (!padding.IsSame)
            yield return ("padding", "same");
        if (padding.IsSame || padding.Cells != 0)
            yield return ("padding", 0);
        if (Keeping(window) is { } keeping)
            yield return ("padding", keeping);
        if (!isConvolution)
            yield break;
        if (window.Dilation != 1)
            yield return ("dilation", 1);
        else if (
            !padding.IsSame
            && padding.Cells is { Count: null } cells
            && (2 * cells[0]) + 1 is > 1 and var kernel
            && kernel != window.LargestKernel
        )
            yield return ("kernel_size", kernel);
    }

    private static double Gain(PlannedLayer layer, Operator now, Operator then, Siblings siblings)
    {
        var path = layer.Path.ToString();
        var gain =
            Oddness(now)
            - Oddness(then)
            + (Style(then) == "fully" ? 0.1 : 0) // of two that are as usual the one that loses no cells
            + (2 * (siblings.Styles.Share(path, "", Style(then)) - siblings.Styles.Share(path, "", Style(now))));
        if (
            now.Window is { IsTransposed: false } before
            && then.Window is { } after
            && (before.KernelSize != after.KernelSize || before.Dilation != after.Dilation)
        )
            // it also changes what is computed
            gain += siblings.Sizes.Share(path, "", Size(then)) - siblings.Sizes.Share(path, "", Size(now)) - 0.2;
        return gain;
    }

    private static double Oddness(Operator op) =>
        op.Window is { IsTransposed: true } window ? window.Growth(0) == 0 ? 0 : 1
        : Style(op) switch
        {
            "over" => 2.5,                                                                      // the map grows by it
            "partly" => 2,
            _ => 0,
        };

    private static string Style(Operator op)
    {
        if (op.Window is not { IsTransposed: false } window)
            return "";
        var (kernel, reach, padding) = (window.LargestKernel, ReachOf(window), window.Padding);
        return padding.IsSame ? "fully"
            : kernel % 2 == 0 && padding.Cells[0] == kernel / 2 && reach == kernel ? "fully"
            : Enlarges(window) ? "over"
            : reach - 1 == 2 * padding.Cells[0] ? "fully"
            : padding.Cells == 0 ? "not"
            : "partly";
    }

    /// <summary>Whether it adds more at the border than it takes away, along some dimension; not for a transposed convolution.</summary>
    internal static bool Enlarges(SlidingWindow window) => !window.IsTransposed && Along(window).Any(each => each.Rescaling.Deficit < 0);

    /// <summary>The padding that keeps the size at a stride of 1; null where it would be half a cell.</summary>
    private static JsonNode? Keeping(SlidingWindow window)
    {
        var spans = Along(window).Select(each => each.Span).ToList();
        return spans.TrueForAll(span => span % 2 == 1) ? EditableAttribute.Spelled([.. spans.Select(span => span / 2)]) : null;
    }

    private static IEnumerable<Window> Along(SlidingWindow window)
    {
        int?[] counts = [window.KernelSize.Count, window.Dilation.Count, window.Padding.Cells.Count, window.Padding.After?.Count];
        return Enumerable.Range(0, counts.Max() ?? 1).Select(window.Along);
    }

    private static string Size(Operator op) => op.Window is { IsTransposed: false } window ? $"{window.LargestKernel} "
        + $"{ReachOf(window)}" : "";

    /// <summary>Elements that the widest side of the window covers; 0 without a window, and for a transposed convolution.</summary>
    private static long Reach(Operator op) => op.Window is { IsTransposed: false } window ? ReachOf(window) : 0;

    private static long ReachOf(SlidingWindow window) =>
        Saturating.Add(Saturating.Multiply(window.Dilation[0], window.LargestKernel - 1), 1);

    /// <summary>The layers with a window: how they pad it, and how large it is.</summary>
    private sealed record Siblings(Tally Styles, Tally Sizes);
}
