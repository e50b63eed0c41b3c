using ConcatService.Persistence.Metrics;


namespace ConcatService.Api.Jobs;

/// <summary>
/// The lowest and the highest point of each stretch of a curve, and its first and last: no spike is lost, which a mean would flatten, and
/// which the largest triangle (Steinarsson 2013) loses where two are close. What is not a number counts as highest: it is what someone
/// looks for.
/// </summary>
internal static class Downsampling
{
    /// <param name="max">At least 2.</param>
    /// <param name="points">In the order of their steps.</param>
    public static IReadOnlyList<CurvePoint> To(int max, IReadOnlyList<CurvePoint> points)
    {
        if (points.Count <= max)
            return points;

        var kept = new List<CurvePoint>(max) { points[0] };
        var (stretches, between) = ((max - 2) / 2, points.Count - 2L);
        for (var stretch = 0; stretch < stretches; stretch++)
            AddExtremes(kept, points, 1 + (int)(stretch * between / stretches), 1 + (int)((stretch + 1) * between / stretches));
        kept.Add(points[^1]);
        return kept;
    }

    private static void AddExtremes(List<CurvePoint> kept, IReadOnlyList<CurvePoint> points, int from, int to)
    {
        var (low, high) = (from, from);
        for (var i = from + 1; i < to; i++)
        {
            if (Height(points[i]) < Height(points[low]))
                low = i;
            if (Height(points[i]) > Height(points[high]))
                high = i;
        }

        kept.Add(points[Math.Min(low, high)]);
        if (low != high)
            kept.Add(points[Math.Max(low, high)]);
    }

    private static double Height(CurvePoint point) => double.IsFinite(point.Value) ? point.Value : double.PositiveInfinity;
}
