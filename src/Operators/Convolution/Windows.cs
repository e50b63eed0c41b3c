using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>What convolutions and poolings share: windows that slide over the spatial axes.</summary>
internal static class Windows
{
    /// <summary>Whether every list of sizes has one number for each spatial dimension; reports the ones that do not.</summary>
    public static bool Fit(ShapeContext context, int spatialRank, SlidingWindow window) =>
        HasOneEach(context, spatialRank, "kernel_size", window.KernelSize)
        & HasOneEach(context, spatialRank, "stride", window.Stride)
        & HasOneEach(context, spatialRank, "dilation", window.Dilation)
        & HasOneEach(context, spatialRank, "padding", window.Padding.Cells)
        && IsPadding(context, spatialRank, window);

    /// <summary>Whether a list of sizes has one number for each spatial dimension; reports when not.</summary>
    public static bool HasOneEach(ShapeContext context, int spatialRank, string name, Extent extent)
    {
        if (extent.Count is not { } count || count == spatialRank)
            return true;
        context.Report.Error(
            Codes.OutOfRange,
            context.Layer.Path[name],
            $"{context.Layer.Name}: {name} lists {count} numbers and {context.Layer.Operator.Kind} has {spatialRank} spatial "
                + $"dimension{(spatialRank == 1 ? "" : "s")}. List {spatialRank}, or give one number for all.",
            context.Layer.Name
        );
        return false;
    }

    /// <summary>Whether the channels on both sides of a convolution fall into equal groups; reports when not.</summary>
    public static bool GroupsDivide(ShapeContext context, long groups, long channels, long outChannels)
    {
        if (channels % groups == 0 && outChannels % groups == 0)
            return true;
        Divisors.NotOf(context, channels, outChannels, groups);
        return false;
    }

    /// <summary>Whether the padding's rule goes with the dimensions and with the rounding; reports when not.</summary>
    private static bool IsPadding(ShapeContext context, int spatialRank, SlidingWindow window)
    {
        var fault =
            window.Padding.IsCausal && spatialRank > 1
                ? $"padding \"causal\" is for sequences, along time, and {context.Layer.Operator.Kind} has {spatialRank} spatial "
                    + "dimensions. Give [before, after] for each, or \"same\"."
            : window.Padding.IsOneSided && window.CeilMode
                ? "ceil_mode goes with padding that is the same on both sides. Leave ceil_mode out, or give one number."
            : null;
        if (fault is not null)
            context.Report.Error(
                Codes.OutOfRange,
                context.Layer.Path["padding"],
                $"{context.Layer.Name}: {fault}",
                context.Layer.Name
            );
        return fault is null;
    }

    /// <summary>Whether no pooling window can lie in the padding alone; reports where one could. PyTorch's rule.</summary>
    public static bool PadsAtMostHalf(ShapeContext context, int spatialRank, Func<int, Window> window)
    {
        for (var i = 0; i < spatialRank; i++)
        {
            var at = window(i);
            var most = Math.Max(at.Padding, at.After);
            if (at.Same || at.IsCausal || most <= at.Kernel / 2)
                continue;
            context.Report.Error(
                Codes.OutOfRange,
                context.Layer.Path["padding"],
                $"{context.Layer.Name}: padding is {most} and kernel_size {at.Kernel}; a pooling pads at most half of it, "
                    + $"{at.Kernel / 2}, whatever the dilation.",
                context.Layer.Name
            );
            return false;
        }

        return true;
    }

    /// <summary>Which spatial dimension the axis is, counted from 0.</summary>
    public static int Dimension(Shape input, Axis axis) => input.SpatialAxes.ToList().IndexOf(axis);

    /// <summary>The padding as ONNX writes it: all begins, then all ends; or by rule where it depends on the size at run time.</summary>
    public static (string Name, object Value)[] OnnxPads(Shape input, int spatialRank, Func<int, Window> window)
    {
        var axes = input.SpatialAxes.ToArray();
        var windows = Enumerable.Range(0, spatialRank).Select(window).ToArray();
        if (windows.Where((each, i) => each.Same && each.Stride > 1 && !input[axes[i]].IsKnown).Any())
            return [("auto_pad", "SAME_UPPER")];
        if (windows.Any(each => each.CeilMode && !each.Same) && windows.Where((each, i) => !input[axes[i]].IsKnown).Any())
            return
            [
                ("pads", (long[])[.. windows.Select(each => each.Padding), .. windows.Select(each => each.After)]),
                ("ceil_mode", 1L),
            ];
        var pads = windows.Select((each, i) => each.Reach(input[axes[i]])).ToArray();
        return [("pads", (long[])[.. pads.Select(pad => pad.Before), .. pads.Select(pad => pad.After)])];
    }
}
