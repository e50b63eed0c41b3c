namespace ConcatService.Api.Jobs;

/// <summary>
/// Largest triangle three buckets (Steinarsson 2013, http://hdl.handle.net/1946/15343): of each bucket the point that stands out most, so that peaks
/// survive, which a mean would flatten. First and last point are always kept.
/// </summary>
internal static class Downsampling
{
    public readonly record struct Point(long Step, double Value);

    /// <param name="max">At least 2.</param>
    /// <param name="points">In the order of their steps.</param>
    public static IReadOnlyList<Point> To(int max, IReadOnlyList<Point> points)
    {
        if (points.Count <= max)
            return points;
        if (max == 2)
            return [points[0], points[^1]];

        var kept = new List<Point>(max) { points[0] };
        var width = (points.Count - 2.0) / (max - 2);
        for (var bucket = 0; bucket < max - 2; bucket++)
        {
            var (from, to) = (1 + (int)(bucket * width), 1 + (int)((bucket + 1) * width));
            var ahead = Mean(points, to, Math.Min(points.Count, 1 + (int)((bucket + 2) * width)));
            var before = kept[^1];
            kept.Add(Enumerable.Range(from, to - from).Select(i => points[i]).MaxBy(point => Area(before, point, ahead)));
        }

        kept.Add(points[^1]);
        return kept;
    }

    private static (double Step, double Value) Mean(IReadOnlyList<Point> points, int from, int to)
    {
        double steps = 0, values = 0;
        for (var i = from; i < to; i++)
        {
            steps += points[i].Step;
            values += points[i].Value;
        }

        return (steps / (to - from), values / (to - from));
    }

    // Twice the area of the triangle. What is not a number stands out most of all: it is what someone looks for.
    private static double Area(Point a, Point b, (double Step, double Value) c) =>
        double.IsFinite(b.Value) ? Math.Abs(((a.Step - c.Step) * (b.Value - a.Value)) - ((a.Step - b.Step) * (c.Value - a.Value))) : double.PositiveInfinity;
}
