using ConcatService.Domain.Studies;
using Xunit;

namespace ConcatService.Domain.Tests.Studies;

/// <summary>What a study says of its variants.</summary>
public sealed class StudyComparisonTests
{
    private static readonly Dictionary<string, int> NoneStopped = [];

    [Fact]
    public void A_difference_is_that_of_the_seeds_that_both_have()
    {
        var found = Assert.Single(Compare(("none", [.80, .81, .82]), ("se", [.81, .83])));
        Assert.Equal(("se", 2), (found.Variant, found.Seeds));
        Assert.Equal(.015, found.MeanDifference!.Value, 1e-12);
        Assert.Null(found.Interval);
        Assert.Equal("se is better than none by 1.5 points over 2 seeds. That is too few for an interval, which needs 5.", found.Sentence);
    }

    [Fact]
    public void With_five_seeds_it_says_that_nothing_can_be_significant()
    {
        var found = Assert.Single(Compare(("none", [.70, .71, .72, .73, .74]), ("se", [.72, .74, .75, .75, .78])));
        Assert.Equal((false, 0.0625), (found.IsSignificant, found.AdjustedPValue));
        Assert.Contains("It cannot be significant: with 1 comparison that takes at least 6 seeds.", found.Sentence);
    }

    [Fact]
    public void Six_seeds_of_one_sign_are_significant_alone_and_not_beside_another_variant()
    {
        double[] none = [.70, .71, .72, .73, .74, .75], better = [.72, .74, .75, .75, .78, .78];
        Assert.True(Assert.Single(Compare(("none", none), ("se", better))).IsSignificant);
        var two = Compare(("none", none), ("se", better), ("gate", none));
        Assert.Equal([0.0625, 1], two.Select(each => each.AdjustedPValue));
        Assert.DoesNotContain(two, each => each.IsSignificant);
    }

    [Fact]
    public void What_differs_by_less_than_a_point_is_told_as_such()
    {
        double[] none = [.70, .71, .72, .73, .74, .75], alike = [.701, .709, .722, .731, .738, .751];
        Assert.Contains("less than a point either way", Assert.Single(Compare(("none", none), ("se", alike))).Sentence);
        Assert.True(StudyComparison.IsSettled([.001, -.001, .002, .001, -.002, .001], 6));
    }

    [Fact]
    public void A_variant_is_settled_when_more_seeds_would_tell_nothing_that_matters()
    {
        double[] better = [.02, .03, .02, .025, .03, .02, .03, .02];
        Assert.True(StudyComparison.IsSettled(better[..6], 1));
        Assert.False(StudyComparison.IsSettled(better[..5], 1));
        // Beside five others six seeds cannot be significant, and eight can.
        Assert.False(StudyComparison.IsSettled(better[..6], 6));
        Assert.True(StudyComparison.IsSettled(better, 6));
        Assert.False(StudyComparison.IsSettled([.005, .015, .02, -.005, .01, .012], 1));
    }

    [Fact]
    public void A_variant_without_an_ended_seed_says_so_and_is_no_test()
    {
        var found = Compare(("none", [.7, .7]), ("se", []), ("gate", [.8, .9]));
        Assert.Equal("se: no seed has ended for both it and none yet.", found[0].Sentence);
        Assert.Equal((null, 0.5), (found[0].AdjustedPValue, found[1].AdjustedPValue));
    }

    private static IReadOnlyList<StudyComparison> Compare(params (string Name, double[] Values)[] variants) =>
        StudyComparison.Of(
            StudyMeasure.Accuracy,
            "none",
            [.. variants.Select(each => (each.Name, (IReadOnlyDictionary<long, double>)Numbered(each.Values)))],
            NoneStopped
        );

    private static Dictionary<long, double> Numbered(double[] values) =>
        values.Select((value, i) => (value, i)).ToDictionary(each => (long)each.i, each => each.value);
}
