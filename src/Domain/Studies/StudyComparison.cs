using System.Globalization;

namespace ConcatService.Domain.Studies;

/// <summary>A variant against the baseline, over the seeds that have ended for both.</summary>
/// <param name="Seeds">How many those are.</param>
/// <param name="MeanDifference">Variant minus baseline, in the measure's own unit (accuracy: 0 to 1); above 0 is better. Null without
/// seeds.</param>
/// <param name="Deviation">The standard deviation of a paired difference; null for fewer than two seeds.</param>
/// <param name="Interval">BCa, 95 %, not corrected for several variants; null for fewer than five seeds.</param>
/// <param name="PValue">Of the sign-flip test, two-sided; null without seeds.</param>
/// <param name="AdjustedPValue">After Holm's correction over the variants.</param>
/// <param name="IsSignificant">Whether the adjusted p-value is at most 0.05.</param>
/// <param name="SmallestDifference">What these seeds could show, with the deviation that was measured; null for fewer than two.</param>
/// <param name="StoppedAfter">The seeds after which the variant got no further ones; null where it was not stopped.</param>
/// <param name="Sentence">All of it in plain words.</param>
public sealed record StudyComparison(
    string Variant,
    int Seeds,
    double? MeanDifference,
    double? Deviation,
    double[]? Interval,
    double? PValue,
    double? AdjustedPValue,
    bool IsSignificant,
    double? SmallestDifference,
    int? StoppedAfter,
    string Sentence
)
{
    /// <summary>Every variant but the baseline, in the order given.</summary>
    /// <param name="values">For each variant its values by seed.</param>
    /// <param name="stopped">For variants that got no further seeds, after how many.</param>
    public static IReadOnlyList<StudyComparison> Of(
        StudyMeasure measure,
        string baseline,
        IReadOnlyList<(string Variant, IReadOnlyDictionary<long, double> Values)> values,
        IReadOnlyDictionary<string, int> stopped
    )
    {
        var standard = values.First(each => each.Variant == baseline).Values;
        var paired = values
            .Where(each => each.Variant != baseline)
            .Select(each => (each.Variant, Of: Paired(standard, each.Values)))
            .ToList();
        // A variant without seeds is no test that was made.
        var tested = paired.Where(each => each.Of.Count > 0).ToList();
        var raw = tested.ConvertAll(each => SignFlipTest.PValue(each.Of));
        var adjusted = Holm.Adjust(raw);
        return
        [
            .. paired.Select(each =>
            {
                var place = tested.FindIndex(other => other.Variant == each.Variant);
                return Compared(measure, baseline, each.Variant, each.Of, place < 0 ? null : (raw[place], adjusted[place]),
                    paired.Count, stopped.TryGetValue(each.Variant, out var after) ? after : null);
            }),
        ];
    }

    /// <summary>Variant minus baseline for each seed that both have, in the order of the seeds.</summary>
    public static IReadOnlyList<double> Paired(IReadOnlyDictionary<long, double> baseline, IReadOnlyDictionary<long, double> variant) =>
        [
            .. variant
                .Where(each => baseline.ContainsKey(each.Key))
                .OrderBy(each => each.Key)
                .Select(each => each.Value - baseline[each.Key]),
        ];

    /// <summary>
    /// Whether more seeds would tell nothing that matters: from six seeds on the interval holds neither minus nor plus one point. Where it
    /// lies beyond, the difference must be significant as well, or the variant would be stopped before it can be.
    /// </summary>
    /// <param name="comparisons">Variants beside the baseline.</param>
    public static bool IsSettled(IReadOnlyList<double> differences, int comparisons)
    {
        if (differences.Count < StudyPower.SeedsForStop)
            return false;
        var (low, high) = BootstrapInterval.Of(differences);
        if (low > -StudyPower.Point && high < StudyPower.Point)
            return true;
        return (low > StudyPower.Point || high < -StudyPower.Point) && SignFlipTest.PValue(differences) * comparisons <= StudyPower.Level;
    }

    private static StudyComparison Compared(
        StudyMeasure measure,
        string baseline,
        string variant,
        IReadOnlyList<double> differences,
        (double Raw, double Adjusted)? p,
        int comparisons,
        int? stopped
    )
    {
        var count = differences.Count;
        double? mean = count > 0 ? differences.Average() : null;
        double? deviation = count > 1 ? Math.Sqrt(differences.Sum(each => Math.Pow(each - mean!.Value, 2)) / (count - 1)) : null;
        double[]? interval = null;
        if (count >= StudyPower.SeedsForInterval)
        {
            var (low, high) = BootstrapInterval.Of(differences);
            interval = [low, high];
        }

        var found = new StudyComparison(
            variant,
            count,
            mean,
            deviation,
            interval,
            p?.Raw,
            p?.Adjusted,
            p?.Adjusted <= StudyPower.Level,
            deviation is { } spread ? StudyPower.SmallestDifference(count, spread) : null,
            stopped,
            ""
        );
        return found with { Sentence = Say(found, measure, baseline, comparisons) };
    }

    private static string Say(StudyComparison found, StudyMeasure measure, string baseline, int comparisons)
    {
        var seeds = $"{found.Seeds} seed{(found.Seeds == 1 ? "" : "s")}";
        if (found.MeanDifference is not { } mean)
            return $"{found.Variant}: no seed has ended for both it and {baseline} yet.";
        var far = $"{measure.Plain(Math.Abs(mean))} {measure.Unit}";
        var start = mean == 0
            ? $"{found.Variant} is as good as {baseline} over {seeds}"
            : $"{found.Variant} is {(mean > 0 ? "better" : "worse")} than {baseline} by {far} over {seeds}";
        if (found.Interval is not [var low, var high])
            return $"{start}. That is too few for an interval, which needs {StudyPower.SeedsForInterval}.";
        var needed = StudyPower.SeedsForSignificance(comparisons);
        var p = found.AdjustedPValue!.Value.ToString("0.000", CultureInfo.InvariantCulture);
        var verdict = found.IsSignificant
            ? $"The difference is significant (p = {p} after Holm's correction)."
            : found.Seeds < needed
                ? $"It cannot be significant: with {comparisons} comparison{(comparisons == 1 ? "" : "s")} that takes at least {needed} "
                    + "seeds."
                : $"The difference is not significant (p = {p} after Holm's correction).";
        var size = measure.Margin.Length > 0 && low > -StudyPower.Point && high < StudyPower.Point
            ? $" Whatever it is, it is less than {measure.Margin} either way."
            : "";
        var stop = found.StoppedAfter is { } after
            ? $" It got no further seeds after {after}: more would not have changed what matters."
            : "";
        return $"{start} (95 % interval {measure.Signed(low)} to {measure.Signed(high)}). {verdict}{size}{stop}";
    }
}
