namespace ConcatService.Import.Onnx;

/// <summary>
/// The bias by relative position that a graph looks up in a table of weights: for two tokens of a window of s·s, the row of the table is
/// (difference of rows + s − 1)·(2s − 1) + difference of columns + s − 1, and the column of the table the head.
/// </summary>
/// <remarks>
/// Liu et al. 2021, equation 4. A spec has no lookup by numbers of its own; the same values come from the table turned, repeated and cut:
/// of 2s − 1 numbers in a ring, steps of 2s − 2 walk back by one.
/// </remarks>
internal static class OnnxPositions
{
    /// <summary>The layer that is the bias, with the sizes and axes of what it is added to; null where the picks are others.</summary>
    public static string? Write(OnnxCall call, OnnxGrid grid, IReadOnlyList<long> sizes, IReadOnlyList<string> axes)
    {
        var (rows, heads) = grid.Table;
        if (sizes is not [.., var tokens, var same] || same != tokens || tokens * tokens * heads != grid.Picks!.Length)
            return null;
        var side = (long)Math.Sqrt(tokens);
        if (side < 2 || side * side != tokens || rows != ((2 * side) - 1) * ((2 * side) - 1) || !IsRelative(grid.Picks, side, heads))
            return null;
        var table = OnnxAxes.Made(call, "value", Layers.Of(
            "parameter", ("shape", Layers.List(rows, heads)), ("axes", OnnxAxes.Others(2)), ("init", "zeros")));
        var (ring, step) = ((2 * side) - 1, (2 * side) - 2);
        var offsets = Shaped("offsets", table, ring, -1);
        var down = Diagonal("rows", offsets, 1, []);
        var down2 = Shaped("columns", down, tokens, ring, -1);
        var across = Diagonal("columns", down2, 2, [tokens]);
        var apart = Shaped("pairs", across, side, side, side, side, -1);
        var turned = call.Add(Layers.Of("permute", ("dims", Layers.List(0, 5, 2, 4, 1, 3))), ".heads", apart);
        return call.Add(Layers.Of("reshape", ("shape", Layers.List(sizes)), ("axes", Layers.Names(axes))), ".bias", turned);

        string Shaped(string name, string input, params long[] shape) =>
            call.Add(Layers.Of("reshape", ("shape", Layers.List(shape)), ("axes", OnnxAxes.Others(shape.Length))), $".{name}", input);

        // [..., ring, ...] to [..., key, query, ...]: the element of each pair is that of their difference.
        string Diagonal(string name, string input, int axis, long[] before)
        {
            var rolled = call.Add(Layers.Of("roll", ("axis", axis), ("shift", -(side - 1))), $".{name}.turned", input);
            var repeats = Layers.List([.. before.Select(_ => 1L), side, 1]);
            var tiled = call.Add(Layers.Of("tile", ("repeats", repeats)), $".{name}.repeated", rolled);
            var cut = call.Add(Layers.Of("slice", ("axis", axis), ("end", side * step)), $".{name}.cut", tiled);
            var stepped = Shaped($"{name}.stepped", cut, [.. before, side, step, -1]);
            return call.Add(Layers.Of("slice", ("axis", axis + 1), ("end", side)), $".{name}.pairs", stepped);
        }
    }

    private static bool IsRelative(int[] picks, long side, long heads)
    {
        var tokens = side * side;
        for (var i = 0; i < picks.Length; i++)
        {
            var (head, pair) = Math.DivRem(i, tokens * tokens);
            var (query, key) = Math.DivRem(pair, tokens);
            var down = (query / side) - (key / side) + side - 1;
            var across = (query % side) - (key % side) + side - 1;
            if (picks[i] != (((down * ((2 * side) - 1)) + across) * heads) + head)
                return false;
        }

        return true;
    }
}
