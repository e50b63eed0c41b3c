using System.Numerics;

namespace ConcatService.Domain.Studies;

/// <summary>
/// The sign-flip test of paired differences: if nothing differs, each difference is as likely with the other sign (Fisher 1935, section
/// 21). Needs no distribution.
/// </summary>
public static class SignFlipTest
{
    /// <summary>Up to so many differences every combination of signs is tried, 2^20; beyond, as many are drawn.</summary>
    public const int MostExact = 20;

    private const int Draws = 1 << 17;

    /// <summary>The two-sided p-value: the share of the combinations of signs whose mean is as far from 0 as the observed one.</summary>
    /// <param name="differences">At least one.</param>
    /// <param name="seed">Of the draws beyond <see cref="MostExact"/>.</param>
    public static double PValue(IReadOnlyList<double> differences, int seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(differences.Count, 1);
        // Sums of the same numbers in another order differ by rounding.
        var observed = Math.Abs(differences.Sum()) - (1e-12 * differences.Sum(Math.Abs));
        return differences.Count <= MostExact ? Exact(differences, observed) : Drawn(differences, observed, seed);
    }

    /// <summary>The least p-value that so many differences can have: all of one sign.</summary>
    public static double Least(int differences) => Math.Min(1, Math.Pow(2, 1 - differences));

    /// <summary>In the order of a Gray code, so that each step flips one sign.</summary>
    private static double Exact(IReadOnlyList<double> differences, double observed)
    {
        var all = 1 << (differences.Count - 1);                                         // the other half has all signs changed
        var signs = new double[differences.Count];
        Array.Fill(signs, 1);
        var (sum, extreme) = (differences.Sum(), 1);
        for (var i = 1; i < all; i++)
        {
            var flipped = BitOperations.TrailingZeroCount(i);
            sum -= 2 * signs[flipped] * differences[flipped];
            signs[flipped] = -signs[flipped];
            if (Math.Abs(sum) >= observed)
                extreme++;
        }

        return (double)extreme / all;
    }

    private static double Drawn(IReadOnlyList<double> differences, double observed, int seed)
    {
        var (random, extreme) = (new Random(seed), 1);                                  // the observed signs are one combination
        for (var i = 0; i < Draws; i++)
        {
            if (Math.Abs(differences.Sum(each => random.Next(2) == 0 ? each : -each)) >= observed)
                extreme++;
        }

        return (double)extreme / (Draws + 1);
    }
}
