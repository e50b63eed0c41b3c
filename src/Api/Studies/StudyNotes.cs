using System.Globalization;
using ConcatService.Domain.Studies;

namespace ConcatService.Api.Studies;

/// <summary>What a study says of itself in words.</summary>
internal static class StudyNotes
{
    /// <summary>Before it starts.</summary>
    public static IReadOnlyList<string> Before(StudyRequest request, int comparisons, double smallest, int needed, StudyVariety variety)
    {
        var notes = new List<string>
        {
            string.Create(
                CultureInfo.InvariantCulture,
                $"With {request.Seeds} seeds it can show differences of about {100 * smallest:0.0} points of accuracy (80 % power at 5 %, "
                    + $"normal approximation), if a paired difference deviates by {100 * StudyPower.AssumedDeviation:0.0} points, as is "
                    + $"assumed."
            ),
            request.Seeds < needed
                ? $"It cannot find anything significant: a sign-flip test of {request.Seeds} seeds with {comparisons} "
                    + $"comparison{(comparisons == 1 ? "" : "s")} (Holm) needs at least {needed} seeds, and one comparison alone needs 6."
                : $"A variant can be significant from {needed} seeds on ({comparisons} comparison{(comparisons == 1 ? "" : "s")}, Holm).",
        };
        if (request.Seeds < StudyPower.SeedsForInterval)
            notes.Add($"An interval needs {StudyPower.SeedsForInterval} seeds.");
        if (request.Seeds > StudyPower.SeedsForStop)
            notes.Add(
                $"A variant whose interval holds neither minus nor plus one point after {StudyPower.SeedsForStop} seeds or more gets no "
                    + "further seeds; one beyond a point must be significant as well."
            );
        if (!request.MatchesParameters && variety.Variants.Select(made => made.Totals!.Parameters).Distinct().Count() > 1)
            notes.Add("The variants have different numbers of parameters: see 'match_parameters'.");
        var other = variety.Variants.Where(made => !made.IsMatched && made.Name != variety.Baseline).ToList();
        if (request.MatchesParameters && other.Count > 0)
            notes.Add($"Without a width of their own, so not matched: {string.Join(", ", other.Select(made => made.Name))}.");
        return notes;
    }
}
