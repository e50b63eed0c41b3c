using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Graphs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>
/// A window that is larger than what arrives: a smaller one, full padding, a layer before that strides less, or a larger input.
/// </summary>
internal sealed class SmallerWindow : PlainStrategy
{
    private const int MostBefore = 3, MostLayers = 2000, SmallestPicture = 8;

    protected override IEnumerable<Offer> Propose(PlainCase found)
    {
        if (found.Diagnostic.Code != Codes.SizeBelowOne)
            return [];
        return [.. AtTheWindow(found), .. Throughout(found), .. Before(found), .. LargerInput(found)];
    }

    /// <summary>Full padding at every convolution on the way that has none: each took a border off.</summary>
    private static IEnumerable<Offer> Throughout(PlainCase found)
    {
        var bare = found
            .Before()
            .Select(layer => layer.Layer)
            .Prepend(found.Layer)
            .Where(layer =>
                layer.Operator is { Window: { IsTransposed: false } window } op && op.Effect.Has(Effect.Weighs) && IsBare(window)
            )
            .Select(layer => (found.NameOf(layer.Name), Path: found.Attributes(layer)))
            .Reverse()
            .ToList();
        if (bare.Count < 2 || bare.Exists(layer => layer.Path is null))
            yield break;
        var patch = found.Patch();
        foreach (var path in bare.Select(layer => layer.Path!).DistinctBy(path => path.ToString()))
            patch.Set(path, "padding", "same");
        yield return new(
            Places.OtherValue + 0.6,
            new(
                "padding-same-throughout",
                FixKind.Edit,
                $"Give {Words.Listed(bare.Select(layer => layer.Item1))} padding \"same\"",
                "No convolution takes a border off any more.",
                Loss.MadeUp,
                patch.Patch
            )
        );
    }

    private static bool IsBare(SlidingWindow window) =>
        window.LargestKernel > 1
        && window.Padding is { IsSame: false, IsOneSided: false, Cells: var cells }
        && cells.ToArray(1).All(each => each == 0);

    private static IEnumerable<Offer> AtTheWindow(PlainCase found)
    {
        if (found.Layer.Operator.Window is not { IsTransposed: false } window || found.Attributes(found.Layer) is not { } path)
            yield break;
        var sizes = found.Input.SpatialAxes.Select(axis => found.Input[axis].Known).ToList();
        if (sizes.Count == 0 || sizes.Contains(null))
            yield break;
        var kernels = sizes.Select((size, i) => Fitting(window.Along(i), size!.Value)).ToArray();
        if (kernels.All(kernel => kernel >= 1))
            yield return new(
                kernels.All(kernel => kernel == 1) ? Places.FarValue : Places.OtherValue,
                new(
                    $"kernel-{string.Join('x', kernels)}",
                    FixKind.Edit,
                    $"Give {found.NameOf(found.Layer.Name)} kernel_size {Shown(kernels)}",
                    "The window covers what arrives, and no more.",
                    Loss.None,
                    found.Patch().Set(path, "kernel_size", EditableAttribute.Spelled(kernels)).Patch
                )
            );
        yield return new(
            Places.OtherValue + 0.5,
            new(
                "padding-same",
                FixKind.Edit,
                $"Give {found.NameOf(found.Layer.Name)} padding \"same\"",
                "The window reaches over the border, and the size is divided by the stride alone.",
                Loss.MadeUp,
                found.Patch().Set(path, "padding", "same").Patch
            )
        );
    }

    private static long Fitting(Window window, long size) =>
        window.Size(size).Known >= 1
            ? window.Kernel
            : Saturating.FloorDivide(size + window.Padding + window.After - 1, window.Dilation) + 1;

    private static IEnumerable<Offer> Before(PlainCase found)
    {
        var strided = found
            .Before()
            .Where(layer =>
                layer.Operator.Window is { IsTransposed: false } window
                && layer.Output.SpatialAxes.Select((_, i) => window.Stride[i]).Any(stride => stride > 1)
            )
            .Take(MostBefore);
        var number = 0;
        foreach (var layer in strided)
        {
            if (found.Attributes(layer.Layer) is not { } path)
                continue;
            var name = found.NameOf(layer.Name);
            yield return new(
                Places.ValueBefore + (0.1 * number++),
                new(
                    $"stride-1-{Words.Slug(name)}",
                    FixKind.Edit,
                    $"Let {name} step by 1",
                    $"{name} keeps {layer.Input.SpatialSizes} nearly as they are; all behind it computes on larger maps.",
                    Loss.None,
                    found.Patch().Set(path, "stride", 1).Patch
                )
            );
        }
    }

    /// <summary>The network's input twice, four or eight times as large: the first that leaves something for every layer.</summary>
    private static IEnumerable<Offer> LargerInput(PlainCase found)
    {
        var graph = found.Compiled.Graph;
        if (
            graph.Layers.Count > MostLayers
            || graph.Inputs is not [var input]
            || !input.Shape.SpatialAxes.All(axis => input.Shape[axis].Known >= SmallestPicture)
        )
            yield break;
        foreach (var factor in new[] { 2, 4, 8 })
        {
            var larger = Larger(input, factor);
            if (!IsEnough(found, graph with { Inputs = [larger] }))
                continue;
            yield return new(
                Places.LargerInput,
                new(
                    $"input-{larger.Shape.SpatialSizes}",
                    FixKind.Edit,
                    $"Give {input.Name} the size {larger.Shape.SpatialSizes}",
                    "The network expects larger inputs, and every layer computes on more places.",
                    Loss.None,
                    found.Patch().Set(input.Path, "shape", Sizes(larger.Shape.Dims.Skip(1))).Patch
                )
            );
            yield break;
        }
    }

    private static InputSpec Larger(InputSpec input, int factor)
    {
        var shape = input.Shape;
        foreach (var axis in input.Shape.SpatialAxes)
            shape = shape.With(axis, shape[axis] * factor);
        return input with { Shape = shape };
    }

    private static bool IsEnough(PlainCase found, Graph graph)
    {
        var report = new Report();
        var planned = Planner.Plan(graph, report);
        return planned.Shapes.ContainsKey(new Wire(found.Layer.Name));
    }

    private static string Shown(long[] sizes) => sizes.Distinct().Count() == 1 ? $"{sizes[0]}" : $"[{string.Join(", ", sizes)}]";
}
