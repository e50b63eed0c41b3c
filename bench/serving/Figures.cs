namespace ConcatService.Serving;

public static class Figures
{
    /// <summary>The nearest rank: the smallest value that at least this share of all values does not exceed.</summary>
    public static double Percentile(IReadOnlyCollection<double> values, double percent) =>
        values.Order().ElementAt((int)Math.Ceiling(values.Count * percent / 100) - 1);
}
