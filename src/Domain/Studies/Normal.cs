namespace ConcatService.Domain.Studies;

/// <summary>The standard normal distribution.</summary>
public static class Normal
{
    /// <summary>The share of the distribution below <paramref name="z"/>, to 1e-7 or better.</summary>
    public static double Below(double z) => z < 0 ? 1 - Below(-z) : 1 - Tail(z);

    /// <summary>The value below which the share <paramref name="share"/> lies; infinite for 0 and 1.</summary>
    public static double Quantile(double share)
    {
        if (share <= 0 || share >= 1)
            return share <= 0 ? double.NegativeInfinity : double.PositiveInfinity;
        if (share < 0.5)
            return -Quantile(1 - share);
        var (low, high) = (0.0, 40.0);
        for (var i = 0; i < 80; i++)                                                    // bisection: 40 / 2^80 is below any double
        {
            var middle = (low + high) / 2;
            (low, high) = Tail(middle) > 1 - share ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <summary>The share above a value of at least 0.</summary>
    private static double Tail(double z)
    {
        // Below 6 the series of Marsaglia 2004 (J. Stat. Software 11:4), above it the continued fraction of Laplace.
        if (z < 6)
        {
            var (sum, term) = (z, z);
            for (var n = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum); n += 2)
                sum += term *= z * z / n;
            return 0.5 - (sum * Density(z));
        }

        var fraction = z;
        for (var n = 40; n > 0; n--)
            fraction = z + (n / fraction);
        return Density(z) / fraction;
    }

    private static double Density(double z) => Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
}
