using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Symbols;

/// <summary>Equalities between two symbols: <c>H == W</c>, <c>H == 2 * W + 1</c>.</summary>
internal static class Between
{
    /// <summary>
    /// Solves difference == 0 for a symbol with the factor 1 or -1: the symbol, what it means in the other, and what is then known of the
    /// other (null where no size is left). Null where the difference is no sum of multiples of two symbols that grow together.
    /// </summary>
    public static (string Symbol, Dim Meaning, Knowledge? Knowledge)? Solve(Dim difference, Knowledge knowledge)
    {
        if (difference.Linear is not [var a, var b] || a.Factor < 0 == b.Factor < 0)
            return null;
        // Of H - W the later one is written in the earlier.
        var (own, other) = Math.Abs(b.Factor) == 1 ? (b, a) : (a, b);
        if (Math.Abs(own.Factor) != 1)
            return null;
        var meaning = Dim.Symbol(own.Symbol) - (difference * own.Factor);
        if (knowledge.SetOf(own.Symbol) is not { } allowed || knowledge.SetOf(other.Symbol) is not { } set)
            return null;

        var growth = Math.Abs(other.Factor);
        var settled = (Saturating.Add(Math.Max(allowed.Tail, allowed.Last + 1 ?? 0), Math.Abs(meaning.Evaluate(_ => 0))) / growth) + 1;
        return set.Where(size => allowed.Contains(meaning.Evaluate(_ => size)), Math.Max(set.First, settled), allowed.Period) is { } left
            ? (own.Symbol, meaning, left.IsEmpty ? null : knowledge.With(other.Symbol, left))
            : null;
    }
}
