using System.Globalization;
using System.Text;
using ConcatService.Domain.Fixes;

namespace ConcatService.ConcatBench;

/// <summary>What each term of the ranking is worth: the share of faults that the first fix undoes, with the term and without it.</summary>
public static class TermTable
{
    public static string Of(IReadOnlyList<Case> cases)
    {
        var faults = cases.Where(each => each is { Label: not null, Other: null }).ToList();
        var scorer = new Scorer(new TorchRun(dry: true));
        var names = new List<string>();
        var with = Undone(name =>
        {
            if (!names.Contains(name))
                names.Add(name);
            return true;
        });
        var text = new StringBuilder("| term | with | without | classes that it changes by a fault or more |\n|---|---:|---:|---|\n");
        foreach (var name in names.ToList())
        {
            var without = Undone(other => other != name);
            var changes = with
                .Where(each => without[each.Key] != each.Value)
                .Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Key} {without[each.Key] - each.Value:+0;-0}"));
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {name} | {Share(with)} | {Share(without)} | {string.Join(", ", changes)} |"
            );
        }

        return text.ToString();

        Dictionary<string, int> Undone(Func<string, bool> counts)
        {
            Cost.Counts = counts;
            try
            {
                return faults
                    .GroupBy(each => each.Class)
                    .ToDictionary(of => of.Key, of => of.Count(scorer.UndoesFirst));
            }
            finally
            {
                Cost.Counts = _ => true;
            }
        }

        string Share(Dictionary<string, int> undone) =>
            string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(1000.0 * undone.Values.Sum() / faults.Count) / 10:0.0} %");
    }
}
