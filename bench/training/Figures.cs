namespace ConcatService.TrainingBench;

/// <summary>What benches say of several runs.</summary>
public static class Figures
{
    /// <summary>The upper one of the two in the middle, where there is no middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>Of the mean, by the deviation of the sample; not a number for one value.</summary>
    public static double StandardError(List<double> values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => Math.Pow(value - mean, 2)) / (values.Count - 1) / values.Count);
    }
}
