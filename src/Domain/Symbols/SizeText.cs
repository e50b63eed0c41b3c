using System.Globalization;

namespace ConcatService.Domain.Symbols;

/// <summary>A set of sizes as a condition that people and programs read: <c>H % 16 == 0 and H >= 16</c>.</summary>
internal static class SizeText
{
    /// <summary>More runs of numbers than this are no text that anyone reads.</summary>
    private const int MostRuns = 32;

    /// <summary>The condition; null where it would be a long list of numbers.</summary>
    public static string? Of(string symbol, SizeSet set)
    {
        var (members, period) = set.Shortest();
        var tail = members.Length - period;
        var alone = Enumerable.Range(0, tail).Where(i => members[i]).Select(i => set.First + i).ToList();
        var repeating = Enumerable.Range(tail, period).Where(i => members[i]).Select(i => set.First + i).ToList();
        if (repeating.Count == 0)
            return alone.Count == 0 ? null : Listed(symbol, alone, set.Last);

        var upTo = set.Last is { } last ? $" and {symbol} <= {last}" : "";
        var smallest = repeating[0];
        var pattern = Pattern(symbol, [.. repeating.Select(size => size % period).Order()], period);
        if (pattern is null)
            return null;
        var text =
            pattern.Length == 0
                ? $"{symbol} >= {smallest}{upTo}"
                : $"{pattern}{(smallest > 1 ? $" and {symbol} >= {smallest}" : "")}{upTo}";
        return alone.Count == 0 ? text
            : Listed(symbol, alone, set.Last) is { } some ? $"{some} or {text}"
            : null;
    }

    private static string? Pattern(string symbol, List<long> residues, long period)
    {
        if (residues.Count == period)
            return "";
        var (low, high) = (residues[0], residues[^1]);
        if (low == high)
            return $"{symbol} % {period} == {low}";
        if (residues.Count == high - low + 1)
            return low == 0 ? $"{symbol} % {period} <= {high}"
                : high == period - 1 ? $"{symbol} % {period} >= {low}"
                : $"{symbol} % {period} >= {low} and {symbol} % {period} <= {high}";
        if (residues.Count == period - 1)
            return $"{symbol} % {period} != {Enumerable.Range(0, (int)period).First(residue => !residues.Contains(residue))}";
        return Runs(residues) is { } runs ? $"{symbol} % {period} in {{{runs}}}" : null;
    }

    private static string? Listed(string symbol, List<long> sizes, long? last)
    {
        sizes = [.. sizes.Where(size => !(size > last))];
        if (sizes.Count <= 1)
            return sizes.Count == 0 ? null : $"{symbol} == {sizes[0]}";
        var step = sizes[1] - sizes[0];
        if (sizes.Count > 2 && sizes.Zip(sizes.Skip(1), (a, b) => b - a).All(each => each == step))
        {
            var stepped = step == 1 ? "" : $"{symbol} % {step} == {sizes[0] % step} and ";
            var from = sizes[0] == 1 ? "" : $"{symbol} >= {sizes[0]} and ";
            return $"{stepped}{from}{symbol} <= {sizes[^1]}";
        }

        return Runs(sizes) is { } runs ? $"{symbol} in {{{runs}}}" : null;
    }

    private static string? Runs(List<long> sizes)
    {
        var runs = new List<(long From, long To)>();
        foreach (var size in sizes)
        {
            if (runs.Count > 0 && runs[^1].To == size - 1)
                runs[^1] = (runs[^1].From, size);
            else
                runs.Add((size, size));
        }

        return runs.Count > MostRuns
            ? null
            : string.Join(
                ", ",
                runs.Select(run => run.From == run.To ? run.From.ToString(CultureInfo.InvariantCulture) : $"{run.From}..{run.To}")
            );
    }
}
