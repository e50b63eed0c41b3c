using System.Globalization;

namespace ConcatService.Import.Onnx;

/// <summary>
/// The mask of shifted windows, which a graph computes and no file has: [windows, tokens, tokens], a number where two tokens of a window
/// come from regions that the shift brought together, 0 elsewhere.
/// </summary>
/// <remarks>Liu et al. 2021, section 3.2. It is written as the regions of the map's rows and columns, and their differences.</remarks>
internal static class OnnxMasks
{
    private const int MostRegions = 16;

    /// <summary>The layer that is the mask, with the sizes and axes of what it is added to; null where the constant is none.</summary>
    /// <param name="sizes">Of the constant, as long as <paramref name="axes"/>.</param>
    public static string? Write(OnnxCall call, double[] values, IReadOnlyList<long> sizes, IReadOnlyList<string> axes)
    {
        if (sizes is not [.., var tokens, var same] || same != tokens || sizes.Take(sizes.Count - 2).Count(size => size != 1) > 1)
            return null;
        var (side, windows) = ((long)Math.Sqrt(tokens), values.Length / (tokens * tokens));
        if (side < 2 || side * side != tokens || values.Distinct().Take(3).ToList() is not { Count: 2 } two || !two.Contains(0))
            return null;
        var apart = two.First(value => value != 0);
        var shapes = Enumerable.Range(1, (int)windows).Where(down => windows % down == 0);
        foreach (var down in shapes.OrderBy(down => Math.Abs(down - (windows / down))))
        {
            var (rows, columns) = (new Bands(values, tokens, side), new Bands(values, tokens, 1));
            long across = windows / down;
            rows.Follow(side, Enumerable.Range(0, down).Select(i => i * across));
            columns.Follow(side, Enumerable.Range(0, (int)across).Select(i => (long)i));
            if (rows.IsFew && columns.IsFew && IsMaskOf(values, rows.Regions, columns.Regions, side))
                return Written(call, new(rows.Regions, columns.Regions, side, apart), sizes, axes);
        }

        return null;
    }

    private static bool IsMaskOf(double[] values, List<int> rows, List<int> columns, long side)
    {
        var (across, tokens) = (columns.Count / side, side * side);
        for (var i = 0; i < values.Length; i++)
        {
            var (window, pair) = Math.DivRem(i, tokens * tokens);
            var (one, other) = Math.DivRem(pair, tokens);
            var (top, left) = (window / across * side, window % across * side);
            var differ = rows[(int)(top + (one / side))] != rows[(int)(top + (other / side))]
                || columns[(int)(left + (one % side))] != columns[(int)(left + (other % side))];
            if (differ != (values[i] != 0))
                return false;
        }

        return true;
    }

    private static string Written(OnnxCall call, Mask mask, IReadOnlyList<long> sizes, IReadOnlyList<string> axes)
    {
        var key = $"mask {mask} {string.Join(',', sizes)} {string.Join(',', axes)}";
        if (call.Reader.Made.TryGetValue(key, out var known))
            return known;
        var (down, across, side) = (mask.Rows.Count / mask.Side, mask.Columns.Count / mask.Side, mask.Side);
        var rows = Line(call, "rows", mask.Rows, mask.Columns[^1] + 1, isColumn: false);
        var columns = Line(call, "columns", mask.Columns, 1, isColumn: true);
        var regions = call.Add(Layers.Of("add"), ".regions", rows, columns);
        var grid = Layers.List(down, side, across, side);
        var parted = call.Add(Layers.Of("reshape", ("shape", grid), ("axes", OnnxAxes.Others(4))), ".parted", regions);
        var area = call.Add(Layers.Of("permute", ("dims", Layers.List(0, 1, 3, 2, 4))), ".windows", parted);
        var asked = Shaped("asked", [.. sizes.Take(sizes.Count - 1), 1]);
        var keyed = Shaped("keyed", [.. sizes.Take(sizes.Count - 2), 1, sizes[^1]]);
        var differ = call.Add(Layers.Of("subtract"), ".differ", asked, keyed);
        var distance = call.Add(Layers.Of("abs"), ".distance", differ);
        var isApart = call.Add(Layers.Of("clamp", ("min", 0), ("max", 1)), ".apart", distance);
        return call.Reader.Made[key] = call.Add(Layers.Of("affine", ("scale", mask.Apart)), ".mask", isApart);

        string Shaped(string name, List<long> shape) =>
            call.Add(Layers.Of("reshape", ("shape", Layers.List(shape)), ("axes", Layers.Names(axes))), $".{name}", area);
    }

    /// <summary>The regions of the rows or of the columns: a constant for each run, joined.</summary>
    private static string Line(OnnxCall call, string name, List<int> regions, int factor, bool isColumn)
    {
        var runs = regions.CountBy(region => region).OrderBy(run => run.Key).ToList();
        var parts = runs.Select(run => Constant($"{name}{run.Key}", run.Value, run.Key * factor)).ToList();
        return parts.Count == 1 ? parts[0] : call.Add(Layers.Of("concat", ("axis", isColumn ? 2 : 1)), $".{name}", parts);

        string Constant(string own, long length, long value) =>
            OnnxAxes.Made(call, own, Layers.Of(
                "parameter",
                ("shape", isColumn ? Layers.List(1, length) : Layers.List(length, 1)),
                ("axes", OnnxAxes.Others(2)),
                ("init", "constant"),
                ("value", value),
                ("trainable", false)
            ));
    }

    private sealed record Mask(List<int> Rows, List<int> Columns, long Side, double Apart)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{Side} {Apart} {string.Join(',', Rows)} {string.Join(',', Columns)}");
    }

    /// <summary>Regions along one side of the map, counted on wherever two neighbors in a window are apart.</summary>
    /// <param name="step">From a token to its neighbor.</param>
    private sealed class Bands(double[] values, long tokens, long step)
    {
        public List<int> Regions { get; } = [];

        public bool IsFew => Regions[^1] < MostRegions;

        public void Follow(long side, IEnumerable<long> windows)
        {
            var region = 0;
            foreach (var window in windows)
            {
                for (var i = 0L; i < side; i++)
                {
                    if (i > 0 && values[(window * tokens * tokens) + (i * step * tokens) + ((i - 1) * step)] != 0)
                        region++;
                    Regions.Add(region);
                }
            }
        }
    }
}
