using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Symbols;

/// <summary>
/// Decides requirements over one symbol: an expression of floors is a straight line but for a part that repeats, so one period tells all.
/// </summary>
internal static class Requirements
{
    /// <summary>
    /// The members for which one of the comparisons holds, each over the set's symbol alone; null where that cannot be decided.
    /// </summary>
    /// <param name="tried">For how many sizes something was worked out.</param>
    public static SizeSet? Narrow(SizeSet set, IReadOnlyList<Requirement.Comparison> any, out long tried)
    {
        tried = 0;
        var (from, period) = (set.First, 1L);
        var tests = new List<Func<long, bool>>();
        foreach (var comparison in any)
        {
            var difference = comparison.Difference;
            if (difference.Cycle(SizeSet.MostEntries / 2) is not var (own, growth))
                return null;
            tried += own;
            var values = new long[own];
            var at = set.First;
            Func<string, long> here = _ => at;
            for (var i = 0; i < own; i++, at++)
            {
                values[i] = difference.Evaluate(here);
                from = Math.Max(from, SettledFrom(comparison, values[i], growth, at, own));
            }

            // What grows is settled beyond some size; what does not repeats for ever.
            if (growth == 0)
                period = period / DimExpression.Gcd(period, own) * own;
            if (period > SizeSet.MostEntries)
                return null;
            tests.Add(size =>
                comparison.Holds(Saturating.Add(values[(size - set.First) % own], Saturating.Multiply((size - set.First) / own, growth)))
            );
        }

        var narrowed = set.Where(size => tests.Exists(test => test(size)), from, period);
        tried += narrowed is null ? 0 : narrowed.Tail + narrowed.Period - set.First;
        return narrowed;
    }

    /// <summary>
    /// The size from which on the comparison's truth no longer changes, among the sizes that are a multiple of the period away.
    /// </summary>
    private static long SettledFrom(Requirement.Comparison comparison, long value, long growth, long size, long period)
    {
        if (growth == 0)
            return size;
        if (comparison.OrMore ? comparison.Holds(value) == growth > 0 : value != 0 && (value % growth != 0 || value < 0 == growth < 0))
            return size;
        var steps = Saturating.FloorDivide(Math.Abs(value), Math.Abs(growth)) + 1;
        return Saturating.Add(size, Saturating.Multiply(steps, period));
    }
}
