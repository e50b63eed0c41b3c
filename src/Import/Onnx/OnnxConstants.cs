namespace ConcatService.Import.Onnx;

/// <summary>
/// Computes what a graph computes of constants alone, in all its dimensions: the masks and positions of windows, the borders of a pad.
/// </summary>
internal static class OnnxConstants
{
    /// <summary>The most numbers that are known as a list.</summary>
    public const int MostNumbers = 1024;

    /// <summary>Nodes that arrange one constant; their other inputs say how.</summary>
    private static readonly HashSet<string> Arranging =
    [
        "Reshape", "Unsqueeze", "Squeeze", "Identity", "Cast", "Transpose", "Slice", "Expand",
    ];

    private static readonly HashSet<string> Computing =
    [
        "Concat", "ScatterND", "Gather", "Where", "Not", "Neg", "Abs", "Add", "Sub", "Mul", "Div", "Mod", "Equal", "Less", "Greater", "And",
        "Or",
    ];

    /// <summary>The node's output; null where one of its inputs is not known, or all are lists of numbers.</summary>
    public static OnnxData? Fold(OnnxCall call)
    {
        if (call.Node.Type == "Range")
            return Range(call);
        var arranges = Arranging.Contains(call.Node.Type);
        if ((!arranges && !Computing.Contains(call.Node.Type)) || call.Node.Inputs.Count == 0)
            return null;
        if (call.Node.Type == "Gather" && Picked(call) is { } picked)
            return picked;
        var grids = new OnnxGrid?[arranges ? 1 : call.Node.Inputs.Count];
        for (var i = 0; i < grids.Length; i++)
        {
            if (call.Node.Inputs[i].Length > 0 && (grids[i] = Of(call[i])) is null)
                return null;
        }

        return grids[0] is not null && Result(call, grids) is { } result && IsGrid(result, grids) && call.Reader.CanMake(result)
            ? Data(call, result)
            : null;
    }

    /// <summary>Lists of numbers that stay lists are folded as sizes.</summary>
    private static bool IsGrid(OnnxGrid result, OnnxGrid?[] inputs) =>
        result.Dims.Length > 1 || inputs.Any(input => input is { Dims.Length: > 1 });

    private static OnnxGrid? Of(OnnxData? data) =>
        data switch
        {
            null or { Layer: not null } or { View: not null } => null,
            { Grid: { } grid } => grid,
            { Width: not null } => null,
            { Numbers: { } list } => list.Any(number => number is OnnxData.Batch or OnnxData.Open)
                ? null
                : new(data.IsScalar ? [] : [list.Count]) { Values = [.. list.Select(number => (double)number)], IsWhole = true },
            { Tensor: { Wholes: { } wholes, Dims: var dims } } when OnnxGrid.CountOf(dims) == wholes.Count =>
                new([.. dims]) { Values = [.. wholes.Select(number => (double)number)], IsWhole = true },
            { IsMade: true, Tensor: { Numbers: { } numbers, Dims: var dims } } when OnnxGrid.CountOf(dims) == numbers.Count =>
                new([.. dims]) { Values = [.. numbers] },
            { IsMade: true, Tensor: { Fill: { } fill, Dims: var dims } } when OnnxGrid.CountOf(dims) <= OnnxGrid.Most =>
                new([.. dims]) { Values = Filled(fill, OnnxGrid.CountOf(dims)) },
            _ => null,
        };

    private static double[] Filled(double fill, long count)
    {
        var values = new double[count];
        Array.Fill(values, fill);
        return values;
    }

    private static OnnxData Data(OnnxCall call, OnnxGrid grid)
    {
        if (grid.Values is not { } values)
            return new() { Grid = grid, Source = call[0]!.Source };
        if (grid.Dims.Length <= 1 && grid.IsWhole && values.Length <= MostNumbers)
            return OnnxData.Of([.. values.Select(number => (long)number)], isScalar: grid.Dims.Length == 0);
        var isFilled = values.Length > 0 && Array.TrueForAll(values, number => number == values[0]);
        var tensor = new FileTensor
        {
            Type = FileTensor.Float,
            Fill = isFilled ? values[0] : null,
            Numbers = values.Length <= MostNumbers ? [.. values] : null,
        };
        tensor.Dims.AddRange(grid.Dims);
        return OnnxData.Of(tensor) with { Grid = grid, IsMade = true };
    }

    private static OnnxData? Range(OnnxCall call)
    {
        if (call.Numbers(0) is not [var start] || call.Numbers(1) is not [var end] || call.Numbers(2) is not [var step])
            return null;
        if (new[] { start, end, step }.Any(number => number is < -int.MaxValue or > int.MaxValue) || step == 0)
            return null;
        var count = (end - start + step - Math.Sign(step)) / step;
        return count is >= 0 and <= MostNumbers
            ? OnnxData.Of([.. Enumerable.Range(0, (int)count).Select(i => start + (i * step))])
            : null;
    }

    /// <summary>Rows of a table of weights.</summary>
    private static OnnxData? Picked(OnnxCall call)
    {
        if (
            call[0] is not { Layer: null, IsMade: false, Grid: null, Source: { } source } data
            || data.Tensor is not { Type: FileTensor.Float, Dims: [var rows, var columns] }
            || (call.Node.Whole("axis") ?? 0) != 0
            || Of(call[1]) is not { IsWhole: true, Values: { Length: > 0 } at }
            || source.Transpose
            || rows * columns > int.MaxValue
            || at.Length * columns is < 1 or > OnnxGrid.Most
            || !Array.TrueForAll(at, row => row >= -rows && row < rows)
        )
            return null;
        var picks = new int[at.Length * columns];
        for (var i = 0; i < picks.Length; i++)
            picks[i] = (int)((((long)at[i / columns] + rows) % rows * columns) + (i % columns));
        var grid = new OnnxGrid([.. Of(call[1])!.Dims, columns]) { Picks = picks, Table = (rows, columns) };
        return call.Reader.CanMake(grid) ? new() { Grid = grid, Source = source } : null;
    }

    private static OnnxGrid? Result(OnnxCall call, OnnxGrid?[] grids)
    {
        var first = grids[0]!;
        return call.Node.Type switch
        {
            "Identity" => first,
            "Cast" => Cast(call, first),
            "Reshape" => Reshaped(call, first),
            "Unsqueeze" => Unsqueezed(call, first),
            "Squeeze" => Squeezed(call, first),
            "Transpose" => Transposed(call, first),
            "Slice" => Sliced(call, first),
            "Expand" => call.Numbers(1) is { } sizes && IsSmall([.. sizes]) && OnnxGrid.Broadcast([first.Dims, [.. sizes]]) is { } dims
                && IsSmall(dims)
                ? first.Stretched(dims)
                : null,
            _ when grids.Any(grid => grid is null or { Values: null }) => null,
            "Concat" => Joined(call, grids),
            "Gather" => Gathered(call, first, grids[1]!),
            "ScatterND" when grids.Length == 3 => Scattered(first, grids[1]!, grids[2]!),
            "Where" when grids.Length == 3 => Each(grids, x => x[0] != 0 ? x[1] : x[2], grids[1]!.IsWhole && grids[2]!.IsWhole),
            "Not" => Each(grids, x => x[0] == 0 ? 1 : 0, true),
            "Neg" => Each(grids, x => -x[0], first.IsWhole),
            "Abs" => Each(grids, x => Math.Abs(x[0]), first.IsWhole),
            _ when grids.Length != 2 => null,
            "Add" => Each(grids, x => x[0] + x[1], AreWhole(grids)),
            "Sub" => Each(grids, x => x[0] - x[1], AreWhole(grids)),
            "Mul" => Each(grids, x => x[0] * x[1], AreWhole(grids)),
            "Div" => AreWhole(grids) ? Each(grids, x => Math.Truncate(x[0] / x[1]), true) : Each(grids, x => x[0] / x[1], false),
            "Mod" when AreWhole(grids) => Each(grids, x => x[0] - (Math.Floor(x[0] / x[1]) * x[1]), true),
            "Equal" => Each(grids, x => x[0] == x[1] ? 1 : 0, true),
            "Less" => Each(grids, x => x[0] < x[1] ? 1 : 0, true),
            "Greater" => Each(grids, x => x[0] > x[1] ? 1 : 0, true),
            "And" => Each(grids, x => x[0] != 0 && x[1] != 0 ? 1 : 0, true),
            "Or" => Each(grids, x => x[0] != 0 || x[1] != 0 ? 1 : 0, true),
            _ => null,
        };
    }

    private static bool AreWhole(OnnxGrid?[] grids) => grids.All(grid => grid!.IsWhole);

    private static bool IsSmall(long[] dims) =>
        dims.Length <= 8 && Array.TrueForAll(dims, size => size is >= 0 and <= OnnxGrid.Most) && OnnxGrid.CountOf(dims) <= OnnxGrid.Most;

    private static OnnxGrid? Each(OnnxGrid?[] grids, Func<double[], double> compute, bool isWhole)
    {
        if (OnnxGrid.Broadcast([.. grids.Select(grid => grid!.Dims)]) is not { } dims || !IsSmall(dims))
            return null;
        var inputs = grids.Select(grid => grid!.Stretched(dims)?.Values).ToArray();
        if (inputs.Any(input => input is null))
            return null;
        var (values, at) = (new double[OnnxGrid.CountOf(dims)], new double[inputs.Length]);
        for (var i = 0; i < values.Length; i++)
        {
            for (var input = 0; input < at.Length; input++)
                at[input] = inputs[input]![i];
            values[i] = compute(at);
            if (!double.IsFinite(values[i]) || (isWhole && Math.Abs(values[i]) > 1L << 52))
                return null;
        }

        return new(dims) { Values = values, IsWhole = isWhole };
    }

    private static OnnxGrid? Cast(OnnxCall call, OnnxGrid grid) =>
        (call.Node.Whole("to"), grid.Values) switch
        {
            (FileTensor.Float or FileTensor.Double, _) => grid with { IsWhole = false },
            (FileTensor.Int32 or FileTensor.Int64, { } values) => grid with { Values = [.. values.Select(Math.Truncate)], IsWhole = true },
            (9, { } values) => grid with { Values = [.. values.Select(value => value != 0 ? 1.0 : 0)], IsWhole = true },    // bool
            _ => null,
        };

    private static OnnxGrid? Reshaped(OnnxCall call, OnnxGrid grid)
    {
        if ((call.Numbers(1) ?? call.Node.Wholes("shape")) is not { Count: <= 8 } target)
            return null;
        var count = OnnxGrid.CountOf(grid.Dims);
        long[] dims = [.. target.Select((size, i) => size == 0 && i < grid.Dims.Length ? grid.Dims[i] : size)];
        var open = Array.IndexOf(dims, -1);
        var given = OnnxGrid.CountOf(dims.Where((_, i) => i != open));
        if (open >= 0 && given > 0 && count % given == 0)
            dims[open] = count / given;
        return IsSmall(dims) && OnnxGrid.CountOf(dims) == count ? grid.Sized(dims) : null;
    }

    private static OnnxGrid? Unsqueezed(OnnxCall call, OnnxGrid grid)
    {
        var axes = call.Node.Wholes("axes") ?? call.Numbers(1) ?? [];
        var dims = grid.Dims.ToList();
        foreach (var axis in axes.Select(axis => axis < 0 ? axis + grid.Dims.Length + axes.Count : axis).Order())
        {
            if (axis < 0 || axis > dims.Count)
                return null;
            dims.Insert((int)axis, 1);
        }

        return dims.Count <= 8 ? grid.Sized([.. dims]) : null;
    }

    private static OnnxGrid? Squeezed(OnnxCall call, OnnxGrid grid)
    {
        var axes = (call.Node.Wholes("axes") ?? call.Numbers(1))?.Select(axis => axis < 0 ? axis + grid.Dims.Length : axis).ToHashSet();
        return axes is null ? grid.Sized([.. grid.Dims.Where(size => size != 1)])
            : axes.All(axis => axis >= 0 && axis < grid.Dims.Length && grid.Dims[axis] == 1)
                ? grid.Sized([.. grid.Dims.Where((_, i) => !axes.Contains(i))])
            : null;
    }

    private static OnnxGrid? Transposed(OnnxCall call, OnnxGrid grid)
    {
        long[] axes = [.. Enumerable.Range(0, grid.Dims.Length).Select(i => (long)i)];
        long[] order = call.Node.Wholes("perm")?.ToArray() ?? [.. axes.Reverse()];
        var strides = grid.Strides();
        return order.Order().SequenceEqual(axes)
            ? grid.Read([.. order.Select(axis => grid.Dims[axis])], [.. order.Select(axis => strides[axis])])
            : null;
    }

    private static OnnxGrid? Sliced(OnnxCall call, OnnxGrid grid)
    {
        var (starts, ends) = (call.Numbers(1) ?? call.Node.Wholes("starts"), call.Numbers(2) ?? call.Node.Wholes("ends"));
        if (starts is null || ends is null || starts.Count != ends.Count)
            return null;
        var axes = call.Numbers(3) ?? call.Node.Wholes("axes") ?? [.. Enumerable.Range(0, starts.Count).Select(i => (long)i)];
        var steps = call.Numbers(4) ?? [.. Enumerable.Repeat(1L, starts.Count)];
        if (axes.Count != starts.Count || steps.Count != starts.Count)
            return null;
        var (dims, strides, from) = (grid.Dims.ToArray(), grid.Strides(), 0L);
        for (var i = 0; i < starts.Count; i++)
        {
            var axis = axes[i] < 0 ? axes[i] + dims.Length : axes[i];
            if (axis < 0 || axis >= dims.Length || steps[i] == 0 || Math.Abs(steps[i]) > int.MaxValue)
                return null;
            var (size, step) = (dims[axis], steps[i]);
            var (start, end) = (Within(starts[i], size, step), Within(ends[i], size, step));
            var count = Math.Max(0, (end - start + step - Math.Sign(step)) / step);
            (from, dims[axis], strides[axis]) = (from + (count > 0 ? start * strides[axis] : 0), count, strides[axis] * step);
        }

        return grid.Read(dims, strides, from);
    }

    private static long Within(long at, long size, long step)
    {
        var own = at < -size ? -size - 1 : at;
        own = own < 0 ? own + size : own;
        return step > 0 ? Math.Clamp(own, 0, size) : Math.Clamp(own, -1, size - 1);
    }

    private static OnnxGrid? Joined(OnnxCall call, OnnxGrid?[] grids)
    {
        var first = grids[0]!;
        var axis = call.Node.Whole("axis") ?? 0;
        axis = axis < 0 ? axis + first.Dims.Length : axis;
        if (axis < 0 || axis >= first.Dims.Length)
            return null;
        if (!grids.All(grid => grid!.Dims.Length == first.Dims.Length && grid.Dims.Where((_, i) => i != axis)
            .SequenceEqual(first.Dims.Where((_, i) => i != axis))))
            return null;
        var dims = first.Dims.ToArray();
        dims[axis] = grids.Sum(grid => grid!.Dims[axis]);
        if (!IsSmall(dims))
            return null;
        var rows = (int)OnnxGrid.CountOf(dims.Take((int)axis));
        var values = new List<double>((int)OnnxGrid.CountOf(dims));
        for (var row = 0; row < rows; row++)
        {
            foreach (var grid in grids)
            {
                var width = grid!.Values!.Length / rows;
                values.AddRange(grid.Values.AsSpan(row * width, width));
            }
        }

        return new(dims) { Values = [.. values], IsWhole = AreWhole(grids) };
    }

    private static OnnxGrid? Gathered(OnnxCall call, OnnxGrid grid, OnnxGrid at)
    {
        var axis = call.Node.Whole("axis") ?? 0;
        axis = axis < 0 ? axis + grid.Dims.Length : axis;
        if (axis < 0 || axis >= grid.Dims.Length || !at.IsWhole)
            return null;
        long[] dims = [.. grid.Dims.Take((int)axis), .. at.Dims, .. grid.Dims.Skip((int)axis + 1)];
        var size = grid.Dims[axis];
        if (!IsSmall(dims) || !Array.TrueForAll(at.Values!, row => row >= -size && row < size))
            return null;
        var inner = OnnxGrid.CountOf(grid.Dims.Skip((int)axis + 1));
        var values = new double[OnnxGrid.CountOf(dims)];
        for (var i = 0; i < values.Length; i++)
        {
            var (outer, rest) = Math.DivRem(i, at.Values!.Length * inner);
            var row = ((long)at.Values[rest / inner] + size) % size;
            values[i] = grid.Values![(((outer * size) + row) * inner) + (rest % inner)];
        }

        return new(dims) { Values = values, IsWhole = grid.IsWhole };
    }

    private static OnnxGrid? Scattered(OnnxGrid grid, OnnxGrid at, OnnxGrid updates)
    {
        if (at.Dims is not [.., var depth] || depth < 1 || depth > grid.Dims.Length)
            return null;
        var inner = (int)OnnxGrid.CountOf(grid.Dims.Skip((int)depth));
        var count = at.Values!.Length / (int)depth;
        if (updates.Values!.Length != (long)count * inner)
            return null;
        var (values, strides) = ((double[])grid.Values!.Clone(), grid.Strides());
        for (var i = 0; i < count; i++)
        {
            var to = 0L;
            for (var axis = 0; axis < depth; axis++)
            {
                var (own, size) = ((long)at.Values[(i * depth) + axis], grid.Dims[axis]);
                if (own < -size || own >= size)
                    return null;
                to += (own < 0 ? own + size : own) * strides[axis];
            }

            Array.Copy(updates.Values, i * inner, values, to, inner);
        }

        return grid with { Values = values };
    }
}
