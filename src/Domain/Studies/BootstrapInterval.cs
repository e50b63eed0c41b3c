namespace ConcatService.Domain.Studies;

/// <summary>The bias-corrected and accelerated bootstrap interval of a mean (BCa; Efron 1987, sections 4 and 6).</summary>
public static class BootstrapInterval
{
    /// <summary>Samples that are drawn: the ends then move by some hundredths of the interval from one random seed to another.</summary>
    public const int Resamples = 10_000;

    /// <summary>The interval that holds the mean with the given confidence.</summary>
    /// <param name="values">At least two; where all are equal, both ends are that value.</param>
    /// <param name="confidence">Between 0 and 1. Default: 0.95.</param>
    /// <param name="seed">Of the draws: the same values and the same seed give the same interval.</param>
    public static (double Low, double High) Of(IReadOnlyList<double> values, double confidence = 0.95, int seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Count, 2);
        var mean = values.Average();
        if (values.All(value => value == values[0]))
            return (values[0], values[0]);
        var means = Draw(values, seed);
        // Means as large as the observed one count half: with few values they are not rare.
        var tolerance = 1e-12 * values.Max(Math.Abs);
        var below = means.Sum(each => each < mean - tolerance ? 1 : each <= mean + tolerance ? 0.5 : 0) / means.Length;
        var bias = Normal.Quantile(Math.Clamp(below, 1.0 / means.Length, 1 - (1.0 / means.Length)));
        var acceleration = Acceleration(values, mean);
        return (At((1 - confidence) / 2), At((1 + confidence) / 2));

        double At(double share)
        {
            var z = bias + Normal.Quantile(share);
            return Percentile(means, Normal.Below(bias + (z / (1 - (acceleration * z)))));
        }
    }

    /// <summary>From the jackknife (Efron 1987, eq. 6.6); for a mean that is the values' skewness by 6 √n.</summary>
    internal static double Acceleration(IReadOnlyList<double> values, double mean)
    {
        var (cubes, squares) = (values.Sum(value => Math.Pow(value - mean, 3)), values.Sum(value => Math.Pow(value - mean, 2)));
        return cubes / (6 * Math.Pow(squares, 1.5));
    }

    private static double[] Draw(IReadOnlyList<double> values, int seed)
    {
        var (random, means) = (new Random(seed), new double[Resamples]);
        for (var i = 0; i < means.Length; i++)
        {
            var sum = 0.0;
            for (var j = 0; j < values.Count; j++)
                sum += values[random.Next(values.Count)];
            means[i] = sum / values.Count;
        }

        Array.Sort(means);
        return means;
    }

    private static double Percentile(double[] sorted, double share)
    {
        var place = Math.Clamp(share, 0, 1) * (sorted.Length - 1);
        var below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}
