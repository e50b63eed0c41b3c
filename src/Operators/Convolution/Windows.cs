using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Operators;

/// <summary>What convolutions and poolings share: windows that slide over the spatial axes.</summary>
internal static class Windows
{
    /// <summary>Whether every list of sizes has one number for each spatial dimension; reports the ones that do not.</summary>
    public static bool Fit(Site site, int spatialRank, Extent kernel, Extent? stride, Extent dilation, Padding padding)
    {
        var fit = true;
        foreach (var (name, extent) in new[] { ("kernel_size", kernel), ("stride", stride ?? kernel), ("dilation", dilation), ("padding", padding.Cells) })
        {
            if (extent.Count is not { } count || count == spatialRank)
                continue;
            site.Report.Error(Codes.OutOfRange, site.Layer.Path[name], $"{site.Layer.Name}: {name} lists {count} numbers and {site.Layer.Operator.Kind} has {spatialRank} spatial dimension{(spatialRank == 1 ? "" : "s")}.", site.Layer.Name);
            fit = false;
        }

        return fit;
    }

    public static Shape Slide(Shape input, Func<int, Window> window)
    {
        var output = input;
        var dimension = 0;
        foreach (var axis in input.SpatialAxes)
            output = output.With(axis, window(dimension++).Size(input[axis]));
        return output;
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
        var pads = windows.Select((each, i) => each.Pads(input[axes[i]])).ToArray();
        return [("pads", (long[])[.. pads.Select(pad => pad.Before), .. pads.Select(pad => pad.After)])];
    }
}
