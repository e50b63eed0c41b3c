using System.Globalization;
using System.Text;

namespace ConcatService.ConcatBench;

/// <summary>The rates of a run, for all faults and for each class.</summary>
public static class ResultTable
{
    public static string Of(IReadOnlyList<Score> scores)
    {
        var faults = scores.Where(score => score.Case.Label is not null).ToList();
        var text = new StringBuilder(
            "| class | faults | recall | cause | blame | first fix runs | one of three runs | bad fixes "
                + "| undo by the first | undo in three |\n"
                + "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        );
        foreach (var each in faults.GroupBy(score => score.Case.Class))
            text.AppendLine(Row(each.Key, [.. each]));
        text.AppendLine(Row("**all**", faults));
        return text.ToString();
    }

    private static string Row(string name, List<Score> scores) =>
        "| "
        + string.Join(
            " | ",
            name,
            scores.Count.ToString("N0", CultureInfo.InvariantCulture),
            Rate(scores, score => score.Detected),
            Rate(scores, score => score.CauseRight),
            Rate(scores, score => score.BlameRight),
            Rate(scores, score => score.Runs(1)),
            Rate(scores, score => score.Runs(3)),
            Bad(scores),
            Rate(scores, score => score.Undoes(1)),
            Rate(scores, score => score.Undoes(3))
        )
        + " |";

    public static int BadFixes(IEnumerable<Score> scores) => scores.Sum(score => score.AllFixes.Count(fix => fix.IsBad));

    public static double Share(IReadOnlyCollection<Score> scores, Func<Score, bool> holds) =>
        scores.Count == 0 ? 1 : (double)scores.Count(holds) / scores.Count;

    private static string Bad(List<Score> scores) =>
        string.Create(CultureInfo.InvariantCulture, $"{BadFixes(scores)} of {scores.Sum(score => score.AllFixes.Count()):N0}");

    // Cut, not rounded: 100 % is all of them.
    private static string Rate(List<Score> scores, Func<Score, bool> holds) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(1000 * Share(scores, holds)) / 10:0.0} %");
}
