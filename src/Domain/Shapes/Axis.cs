namespace ConcatService.Domain.Shapes;

/// <summary>
/// What one dimension of a tensor means. A tensor has a batch axis, at most one feature axis, and spatial axes (spec-format, Axes).
/// </summary>
public enum Axis : byte
{
    Batch,
    /// <summary>The feature axis; written <c>channels</c> or <c>features</c>, the same thing.</summary>
    Channels,
    Time,
    Depth,
    Height,
    Width,
    /// <summary>A dimension without a meaning of its own, for example after a <c>reshape</c> to more than four dimensions.</summary>
    Other,
}

/// <summary>The names of axes as a spec writes them.</summary>
public static class Axes
{
    /// <summary>The largest number of dimensions of an input, without the batch.</summary>
    internal const int MaxRank = 8;

    private static readonly (string Name, Axis Axis)[] Known =
    [
        ("batch", Axis.Batch), ("channels", Axis.Channels), ("features", Axis.Channels), ("time", Axis.Time),
        ("depth", Axis.Depth), ("height", Axis.Height), ("width", Axis.Width),
    ];

    /// <summary>By layout and rank: asked for at every convolution, so made once.</summary>
    private static readonly Axis[][][] DefaultOrders =
    [
        .. Enum.GetValues<Layout>().Select(layout => Enumerable.Range(0, 6).Select(rank => Default(rank, layout)).ToArray()),
    ];

    public static IEnumerable<string> Names => Known.Select(known => known.Name);

    public static bool TryParse(string name, out Axis axis)
    {
        foreach (var known in Known)
        {
            if (known.Name == name)
            {
                axis = known.Axis;
                return true;
            }
        }

        axis = default;
        return false;
    }

    public static string Name(this Axis axis) => axis == Axis.Other ? "other" : Known.First(known => known.Axis == axis).Name;

    public static bool IsSpatial(this Axis axis) => axis is Axis.Time or Axis.Depth or Axis.Height or Axis.Width;

    /// <summary>The axes of a tensor of this rank (without the batch) when the spec does not name them, batch first.</summary>
    public static Axis[] Default(int rank, Layout layout, DType dtype)
    {
        if (rank == 1 && dtype == DType.Int64)
            return [Axis.Batch, Axis.Time];
        return rank < DefaultOrders[0].Length ? DefaultOrders[(int)layout][rank] : Default(rank, layout);
    }

    private static Axis[] Default(int rank, Layout layout)
    {
        Axis[] spatial = rank switch
        {
            0 or 1 => [],
            2 => [Axis.Time],
            3 => [Axis.Height, Axis.Width],
            4 => [Axis.Depth, Axis.Height, Axis.Width],
            _ => [.. Enumerable.Repeat(Axis.Other, rank - 1)],
        };
        if (rank == 0)
            return [Axis.Batch];
        return layout == Layout.ChannelsFirst ? [Axis.Batch, Axis.Channels, .. spatial] : [Axis.Batch, .. spatial, Axis.Channels];
    }
}
