using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>What the padding of a convolution is filled with.</summary>
public enum PaddingFill
{
    Zeros,
    /// <summary>Mirrored at the edge, without repeating it.</summary>
    Reflect,
    /// <summary>The edge repeated.</summary>
    Replicate,
    /// <summary>What lies at the other side.</summary>
    Circular,
}

/// <summary>Padding that is made of the input itself.</summary>
internal static class PaddingFills
{
    /// <summary>Whether the input is large enough to fill its own border; reports why not.</summary>
    public static bool Fit(ShapeContext context, PaddingFill fill, SlidingWindow window)
    {
        if (fill == PaddingFill.Zeros)
            return true;
        var dimension = 0;
        foreach (var axis in context.Input.SpatialAxes)
        {
            var (size, along) = (context.Input[axis], window.Along(dimension++));
            if (along.Same && along.Stride > 1 && !size.IsKnown)
            {
                context.Error(
                    Codes.LayerShape,
                    $"padding_mode {Name(fill)} with padding \"same\" and a stride pads by the {axis.Name()}, {size}, which is not known. "
                        + "Give the size as a number, or the padding."
                );
                return false;
            }

            var (before, after) = along.Pads(size);
            var needed = fill switch
            {
                PaddingFill.Reflect => Saturating.Add(Math.Max(before, after), 1),
                PaddingFill.Circular => Math.Max(before, after),
                _ => 1,
            };
            if (
                !context.Require(
                    Codes.LayerShape,
                    $"padding_mode {Name(fill)} adds {Math.Max(before, after)} cells in {axis.Name()}, for which an input of {size} is too "
                        + $"small: it needs {needed}. Pad less, or with zeros or replicate.",
                    Requirement.AtLeast(size, needed)
                )
            )
                return false;
        }

        return true;
    }

    /// <summary>The input with its border: ONNX knows reflect and edge; wrap came with opset 19.</summary>
    public static string OnnxPad(OnnxScope onnx, PaddingFill fill, SlidingWindow window)
    {
        var axes = onnx.Layer.Input.SpatialAxes.ToArray();
        var pads = axes.Select((axis, i) => window.Along(i).Pads(onnx.Layer.Input[axis])).ToArray();
        if (Array.TrueForAll(pads, pad => pad == (0, 0)))
            return onnx.Input;
        if (fill != PaddingFill.Circular)
            return onnx.Part(
                "Pad",
                [onnx.Input, onnx.Constant([0, 0, .. pads.Select(pad => pad.Before), 0, 0, .. pads.Select(pad => pad.After)])],
                ("mode", fill == PaddingFill.Reflect ? "reflect" : "edge")
            );
        var x = onnx.Input;
        for (var i = 0; i < pads.Length; i++)
            x = Wrapped(onnx, x, 2 + i, pads[i].Before, pads[i].After);
        return x;
    }

    private static string Wrapped(OnnxScope onnx, string x, int index, long before, long after)
    {
        var parts = new List<string> { x };
        if (before > 0)
            parts.Insert(0, Part(-before, long.MaxValue));
        if (after > 0)
            parts.Add(Part(0, after));
        return parts.Count == 1 ? x : onnx.Part("Concat", parts, ("axis", (long)index));

        string Part(long from, long to) => onnx.Part("Slice", [x, onnx.Constant(from), onnx.Constant(to), onnx.Constant(index)]);
    }

    private static string Name(PaddingFill fill) => fill.ToString().ToLowerInvariant();
}
