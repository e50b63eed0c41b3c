using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Export.Python;

namespace ConcatService.Operators;

/// <summary>Padding in PyTorch, for windows that slide over the spatial axes.</summary>
internal static class WindowsPython
{
    private const string SamePad = """
        def same_pad(x, kernel_size, stride, dilation, value=0.0):
            sides = []
            for size, kernel, step, spread in reversed(list(zip(x.shape[2:], kernel_size, stride, dilation))):
                missing = max(0, (-(-size // step) - 1) * step + spread * (kernel - 1) + 1 - size)
                sides += [missing // 2, missing - missing // 2]
            return F.pad(x, sides, value=value)
        """;

    /// <summary>
    /// The symmetric padding that the module adds itself, and the input, padded beforehand with <paramref name="value"/> where the two
    /// sides differ, or with what it is made of in another <paramref name="mode"/>.
    /// </summary>
    public static (string Input, object Padding) Pad(PythonScope py, SlidingWindow window, double value, string mode = "constant")
    {
        var sizes = py.Layer.Input.SpatialAxes.Select(axis => py.Layer.Input[axis]).ToList();
        var windows = sizes.Select((_, i) => window.Along(i)).ToList();
        if (windows.Where((each, i) => each.Same && each.Stride > 1 && !sizes[i].IsKnown).Any())
            return (BySize(py, windows, value), 0L);
        var pads = windows.Select((each, i) => each.Pads(sizes[i])).ToList();
        // Poolings pad at most half of their kernel themselves; a dilated one with "same" needs more.
        if (pads.Select((pad, i) => Fits(pad, windows[i], value)).All(fits => fits) && mode is "constant")
            return (py.X, PythonText.Cells([.. pads.Select(pad => pad.Before)]));
        if (pads.TrueForAll(pad => pad is (0, 0)))
            return (py.X, 0L);
        // The last dimension comes first.
        long[] sides = [.. Enumerable.Reverse(pads).SelectMany(pad => new[] { pad.Before, pad.After })];
        var rest = mode is not "constant" ? $", mode=\"{mode}\"" : value == 0 ? "" : $", value={PythonText.Of(value)}";
        return ($"F.pad({py.X}, {PythonText.Tuple(sides)}{rest})", 0L);
    }

    private static bool Fits((long Before, long After) pad, Window window, double value) =>
        pad.Before == pad.After && (value == 0 || !window.Same || pad.Before <= window.Kernel / 2);

    private static string BySize(PythonScope py, List<Window> windows, double value)
    {
        var kernel = PythonText.Tuple([.. windows.Select(each => each.Kernel)]);
        var stride = PythonText.Tuple([.. windows.Select(each => each.Stride)]);
        var dilation = PythonText.Tuple([.. windows.Select(each => each.Dilation)]);
        var rest = value == 0 ? "" : $", value={PythonText.Of(value)}";
        return $"{py.Helper("same_pad", SamePad)}({py.X}, {kernel}, {stride}, {dilation}{rest})";
    }
}
