namespace ConcatService.Domain.Studies;

/// <summary>What a study can show, before it starts.</summary>
public static class StudyPower
{
    /// <summary>A result is called significant where the adjusted p-value is at most this.</summary>
    public const double Level = 0.05;

    /// <summary>An interval is given from so many seeds on.</summary>
    public const int SeedsForInterval = 5;

    /// <summary>A variant may be stopped from so many seeds on.</summary>
    public const int SeedsForStop = 6;

    /// <summary>
    /// The standard deviation of a paired difference of test accuracy that is assumed before anything is measured: 0.9 points. Small
    /// networks with two branches had 0.25 to 1.1.
    /// </summary>
    public const double AssumedDeviation = 0.009;

    /// <summary>A point of accuracy: what is between minus this and this is too little to matter.</summary>
    public const double Point = 0.01;

    /// <summary>
    /// The true difference that a two-sided test at 5 % finds in 80 % of studies, in the unit of the deviation; normal approximation:
    /// (z(.975) + z(.8)) σ / √n.
    /// </summary>
    public static double SmallestDifference(int seeds, double deviation) =>
        (Normal.Quantile(1 - (Level / 2)) + Normal.Quantile(0.8)) * deviation / Math.Sqrt(seeds);

    /// <summary>
    /// The fewest seeds with which the sign-flip test can become significant, Holm's correction included: 6 for one comparison, 8 for
    /// four to six, 9 for seven to twelve.
    /// </summary>
    public static int SeedsForSignificance(int comparisons)
    {
        var seeds = 1;
        while (SignFlipTest.Least(seeds) * Math.Max(1, comparisons) > Level)
            seeds++;
        return seeds;
    }
}
