namespace ConcatService.Import.Onnx;

/// <summary>
/// A constant that the graph computes: all of its numbers, or for each of its elements which number of a table of weights it is.
/// </summary>
/// <param name="Dims">Sizes as the file has them; the constant has no batch.</param>
internal sealed record OnnxGrid(long[] Dims)
{
    /// <summary>The most elements of one, and of all that a file makes together.</summary>
    public const int Most = 2_000_000, MostTogether = 6_000_000;

    /// <summary>The numbers, row by row; null for picks.</summary>
    public double[]? Values { get; init; }

    /// <summary>Positions in the table, row by row; null for numbers.</summary>
    public int[]? Picks { get; init; }

    /// <summary>The table's sizes: rows and columns.</summary>
    public (long Rows, long Columns) Table { get; init; }

    /// <summary>Whether its numbers are whole, so that a quotient is one, too.</summary>
    public bool IsWhole { get; init; }

    public static long CountOf(IEnumerable<long> dims) => dims.Aggregate(1L, Domain.Shapes.Saturating.Multiply);

    /// <summary>The same elements in other sizes.</summary>
    public OnnxGrid Sized(long[] dims) => this with { Dims = dims };

    /// <summary>Elements in another order: from <paramref name="start"/> on, by a stride for each of the dimensions.</summary>
    public OnnxGrid Read(long[] dims, long[] strides, long start = 0) =>
        this with
        {
            Dims = dims,
            Values = Values is { } values ? Read(values, dims, strides, start) : null,
            Picks = Picks is { } picks ? Read(picks, dims, strides, start) : null,
        };

    public long[] Strides()
    {
        var strides = new long[Dims.Length];
        for (var (i, stride) = (Dims.Length - 1, 1L); i >= 0; stride *= Dims[i], i--)
            strides[i] = stride;
        return strides;
    }

    /// <summary>Stretched to sizes that it broadcasts to; null where it does not.</summary>
    public OnnxGrid? Stretched(long[] dims)
    {
        var before = dims.Length - Dims.Length;
        if (before < 0)
            return null;
        if (Dims.SequenceEqual(dims))
            return this;
        var (own, strides) = (Strides(), new long[dims.Length]);
        for (var i = 0; i < Dims.Length; i++)
        {
            if (Dims[i] != dims[before + i] && Dims[i] != 1)
                return null;
            strides[before + i] = Dims[i] == 1 ? 0 : own[i];
        }

        return Read(dims, strides);
    }

    /// <summary>Sizes that all broadcast to; null where there are none.</summary>
    public static long[]? Broadcast(IReadOnlyList<long[]> all)
    {
        var dims = new long[all.Max(each => each.Length)];
        Array.Fill(dims, 1);
        foreach (var each in all)
        {
            for (var i = 1; i <= each.Length; i++)
            {
                if (dims[^i] == 1)
                    dims[^i] = each[^i];
                else if (each[^i] != 1 && each[^i] != dims[^i])
                    return null;
            }
        }

        return dims;
    }

    private static T[] Read<T>(T[] source, long[] dims, long[] strides, long start)
    {
        var result = new T[CountOf(dims)];
        var index = new long[dims.Length];
        var at = start;
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = source[at];
            for (var axis = dims.Length - 1; axis >= 0; axis--)
            {
                at += strides[axis];
                if (++index[axis] < dims[axis])
                    break;
                at -= strides[axis] * dims[axis];
                index[axis] = 0;
            }
        }

        return result;
    }
}
