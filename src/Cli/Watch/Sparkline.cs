namespace ConcatService.Cli.Watch;

/// <summary>A curve in one line of text.</summary>
internal static class Sparkline
{
    private const string Blocks = "▁▂▃▄▅▆▇█", Ascii = "_.-=+*#@";

    /// <summary>
    /// At most <paramref name="width"/> columns, each the mean of its stretch of the curve, between the curve's lowest column and its
    /// highest; <c>!</c> where nothing was a number.
    /// </summary>
    public static string Of(IReadOnlyList<double?> values, int width, bool unicode)
    {
        var columns = Math.Min(width, values.Count);
        var means = Enumerable
            .Range(0, columns)
            .Select(column => Mean(values, column * values.Count / columns, (column + 1) * values.Count / columns))
            .ToList();
        var (low, high) = (means.Min() ?? 0, means.Max() ?? 0);
        var heights = unicode ? Blocks : Ascii;
        return string.Concat(
            means.Select(mean =>
                mean is not { } value ? '!' : heights[high > low ? (int)Math.Round((value - low) / (high - low) * (heights.Length - 1)) : 0]
            )
        );
    }

    private static double? Mean(IReadOnlyList<double?> values, int from, int to) => values.Skip(from).Take(to - from).Average();
}
