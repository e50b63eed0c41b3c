using ConcatService.Domain.Studies;
using Xunit;

namespace ConcatService.Domain.Tests.Studies;

/// <summary>The statistics of studies against numbers from elsewhere.</summary>
public sealed class StatisticsTests
{
    /// <summary>Darwin's maize, 15 pairs: Fisher 1935 (The Design of Experiments, section 21) counts 1,726 of 32,768.</summary>
    private static readonly double[] Maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];

    /// <summary>Hours between failures of air conditioning (Davison and Hinkley 1997, table 1.2).</summary>
    private static readonly double[] Failures = [3, 5, 7, 18, 43, 85, 91, 98, 100, 130, 230, 487];

    [Theory]
    [InlineData(1.96, 0.9750021048517795)]
    [InlineData(-3, 0.0013498980316301)]
    [InlineData(0, 0.5)]
    public void The_normal_distribution_is_the_one_of_the_tables(double z, double below) =>
        Assert.Equal(below, Normal.Below(z), 1e-14);

    [Theory]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.8, 0.8416212335729143)]
    [InlineData(1e-6, -4.753424308822899)]
    public void Its_quantiles_are_those_of_the_tables(double share, double z) => Assert.Equal(z, Normal.Quantile(share), 1e-9);

    [Fact]
    public void The_sign_flip_test_counts_as_Fisher_did() => Assert.Equal(1726 / 32768.0, SignFlipTest.PValue(Maize), 1e-12);

    [Fact]
    public void Differences_of_one_sign_have_the_least_p_value_that_there_is()
    {
        Assert.Equal(0.0625, SignFlipTest.PValue([.1, .2, .3, .4, .5]), 1e-12);
        Assert.Equal(0.03125, SignFlipTest.PValue([-.1, -.2, -.3, -.4, -.5, -.6]), 1e-12);
        Assert.Equal(0.03125, SignFlipTest.Least(6));
        Assert.Equal(1, SignFlipTest.PValue([0, 0, 0, 0, 0, 0]));
    }

    [Fact]
    public void Beyond_20_differences_the_drawn_p_value_is_near_the_exact_one()
    {
        // The sum of n signs is binomial: 21 equal differences of which 15 are above 0, P(|sum| >= 9) = 0.078354.
        double[] equal = [.. Enumerable.Repeat(1.0, 15), .. Enumerable.Repeat(-1.0, 6)];
        Assert.Equal(0.078354, SignFlipTest.PValue(equal), 0.004);
    }

    [Fact]
    public void Holms_correction_is_the_one_of_the_textbooks()
    {
        // R: p.adjust(c(.01, .04, .03, .005), "holm")
        double[] adjusted = Holm.Adjust([.01, .04, .03, .005]);
        Assert.Equal([.03, .06, .06, .02], adjusted.Select(each => Math.Round(each, 12)));
        Assert.Equal([1, 1], Holm.Adjust([.6, .9]));
        Assert.Empty(Holm.Adjust([]));
    }

    [Fact]
    public void The_bootstrap_interval_is_that_of_scipy()
    {
        // scipy 1.10.1, bootstrap(method="BCa", n_resamples=200000): 57.0 to 225.6, and 0.0031 to 0.01075
        var (low, high) = BootstrapInterval.Of(Failures);
        Assert.Equal(57.0, low, 1.5);
        Assert.Equal(225.6, high, 5.0);
        (low, high) = BootstrapInterval.Of([.004, .011, -.002, .009, .015, .006, .001, .013]);
        Assert.Equal(.0031, low, 3e-4);
        Assert.Equal(.01075, high, 3e-4);
    }

    [Fact]
    public void The_acceleration_is_the_one_of_Davison_and_Hinkley() =>
        Assert.Equal(0.0938, BootstrapInterval.Acceleration(Failures, Failures.Average()), 5e-5); // example 5.8

    [Fact]
    public void Equal_values_have_an_interval_without_width_and_a_seed_gives_the_same_one_again()
    {
        Assert.Equal((.5, .5), BootstrapInterval.Of([.5, .5, .5]));
        Assert.Equal(BootstrapInterval.Of(Maize, seed: 3), BootstrapInterval.Of(Maize, seed: 3));
    }

    [Fact]
    public void A_study_says_beforehand_what_it_can_show()
    {
        Assert.Equal([6, 7, 7, 8, 9], new[] { 1, 2, 3, 6, 8 }.Select(StudyPower.SeedsForSignificance));
        // (1.95996 + 0.84162) · 0.9 / √5 points
        Assert.Equal(0.0112764, StudyPower.SmallestDifference(5, StudyPower.AssumedDeviation), 1e-6);
    }
}
