using System.Text.Json.Nodes;
using ConcatService.Domain.Graphs;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;
using ConcatService.Operators;

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
    private const long MostCells = 64;

    /// <summary>The edits that restore agreement, those first that make the layer most like its siblings.</summary>
    public static List<WindowEdit> Of(MergeCase merge)
    {
        if (!merge.IsSpatial)
            return [];
        var again = new Replan(merge);
        var windows = merge
            .Compiled.Graph.Layers.Where(layer => Window(layer.Operator) is { Span: > 1 })
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
            foreach (var (attribute, value, edited) in Values(layer.Operator))
            {
                if (edited(layer.Operator) is { } changed)
                    yield return (new(layer, attribute, value, Gain(layer, layer.Operator, changed, siblings)), edited);
            }
        }
    }

    private static IEnumerable<(string Attribute, JsonNode Value, Func<Operator, Operator?> Edited)> Values(Operator op)
    {
        if (op is ConvTranspose up)
        {
            for (var cells = 0L; cells < Math.Min(4, up.Stride[0]); cells++)
            {
                var extra = cells;
                yield return (
                    "output_padding",
                    extra,
                    each => each is ConvTranspose turned && turned.OutputPadding != extra ? turned with { OutputPadding = extra } : null
                );
            }

            for (var cells = 0L; cells <= Math.Min(MostCells, up.KernelSize[0] / 2); cells++)
            {
                var cut = cells;
                yield return (
                    "padding",
                    cut,
                    each => each is ConvTranspose turned && turned.Padding != cut ? turned with { Padding = cut } : null
                );
            }

            yield break;
        }

        if (Window(op) is not { Span: > 1 } window)
            yield break;
        if (!window.Padding.IsSame)
            yield return ("padding", "same", each => With(each, Padding.Same));
        if (window.Padding.IsSame || window.Padding.Cells != 0)
            yield return ("padding", 0, each => With(each, 0));
        if (window.Span % 2 == 1 && (window.Padding.IsSame || window.Padding.Cells != window.Span / 2))
            yield return ("padding", window.Span / 2, each => With(each, window.Span / 2));
        if (op is Conv { Dilation: var dilation } && dilation != 1)
            yield return ("dilation", 1, each => each is Conv conv ? conv with { Dilation = 1 } : null);
        if (
            !window.Padding.IsSame
            && window.Padding.Cells.Count is null
            && (2 * window.Padding.Cells[0]) + 1 is > 1 and var kernel
            && kernel != window.Kernel
            && op is Conv { Dilation: var wide }
            && wide == 1
        )
            yield return ("kernel_size", kernel, each => each is Conv conv ? conv with { KernelSize = kernel } : null);
    }

    private static Operator? With(Operator op, Padding padding) => op switch
    {
        Conv conv => conv with { Padding = padding },
        MaxPool pool => pool with { Padding = padding },
        AvgPool pool => pool with { Padding = padding },
        _ => null,
    };

    private static double Gain(PlannedLayer layer, Operator now, Operator then, Siblings siblings)
    {
        var path = layer.Path.ToString();
        var gain =
            Oddness(now)
            - Oddness(then)
            + (2 * (siblings.Styles.Share(path, "", Style(then)) - siblings.Styles.Share(path, "", Style(now))));
        if (now is Conv before && then is Conv after && (before.KernelSize != after.KernelSize || before.Dilation != after.Dilation))
            // it also changes what is computed
            gain += siblings.Sizes.Share(path, "", Size(then)) - siblings.Sizes.Share(path, "", Size(now)) - 0.2;
        return gain;
    }

    private static double Oddness(Operator op) => op is ConvTranspose up
        ? (up.Dilation[0] * (up.KernelSize[0] - 1)) + up.OutputPadding[0] + 1 - up.Stride[0] - (2 * up.Padding[0]) == 0 ? 0 : 1
        : Style(op) == "partly" ? 2 : 0;

    private static string Style(Operator op) =>
        Window(op) is not { } window ? ""
        : window.Padding.IsSame || window.Span - 1 == 2 * window.Padding.Cells[0] ? "fully"
        : window.Padding.Cells == 0 ? "not"
        : window.Padding.Cells[0] == window.Kernel / 2 && window.Span == window.Kernel ? "fully"
        : "partly";

    private static string Size(Operator op) => Window(op) is { } window ? $"{window.Kernel} {window.Span}" : "";

    private static (long Kernel, long Span, Padding Padding)? Window(Operator op) => op switch
    {
        Conv conv => (Largest(conv.KernelSize), (conv.Dilation[0] * (Largest(conv.KernelSize) - 1)) + 1, conv.Padding),
        MaxPool pool => (Largest(pool.KernelSize), (pool.Dilation[0] * (Largest(pool.KernelSize) - 1)) + 1, pool.Padding),
        AvgPool pool => (Largest(pool.KernelSize), Largest(pool.KernelSize), pool.Padding),
        _ => null,
    };

    private static long Largest(Extent kernel) => kernel.Count is { } count ? kernel.ToArray(count).Max() : kernel[0];

    /// <summary>The layers with a window: how they pad it, and how large it is.</summary>
    private sealed record Siblings(Tally Styles, Tally Sizes);
}
