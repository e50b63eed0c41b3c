namespace ConcatService.Domain.Shapes;

/// <summary>What can be told of an expression for all values of its symbols.</summary>
internal sealed partial class DimExpression
{
    /// <summary>The expression with each symbol that <paramref name="meaning"/> knows written as what it means.</summary>
    public DimExpression Substitute(Func<string, DimExpression?> meaning) => _terms.Aggregate(Number(Constant), (sum, term) =>
        sum + term.Atoms.Aggregate(Number(term.Coefficient), (product, atom) => product * atom.Substitute(meaning)));

    /// <summary>
    /// How the expression repeats over its one symbol: e(x + Period) = e(x) + Growth for every whole x. Null where symbols are multiplied
    /// with each other, or where the period is longer than <paramref name="longest"/>.
    /// </summary>
    public (long Period, long Growth)? Cycle(long longest)
    {
        var (period, growth) = (1L, 0L);
        foreach (var term in _terms)
        {
            if (term.Atoms is not [var atom] || atom.Cycle(longest) is not var (ownPeriod, ownGrowth))
                return null;
            var joint = period / Gcd(period, ownPeriod) * ownPeriod;
            growth = Saturating.Add(
                Saturating.Multiply(growth, joint / period),
                Saturating.Multiply(term.Coefficient, Saturating.Multiply(ownGrowth, joint / ownPeriod))
            );
            if ((period = joint) > longest)
                return null;
        }

        return (period, growth);
    }

    /// <summary>
    /// The factor of each symbol and the constant, where the expression is a sum of multiples of symbols; null where it is not.
    /// </summary>
    public IReadOnlyList<(string Symbol, long Factor)>? Linear =>
        _terms.All(term => term.Atoms is [{ Name: not null }]) ? [.. _terms.Select(term => (term.Atoms[0].Name!, term.Coefficient))] : null;

    /// <summary>
    /// Whether the expression is smallest where every symbol is 0, among sizes from 0 up: nothing is subtracted, and no factor is below 0.
    /// </summary>
    public bool GrowsFromZero => _terms.All(term => term.Coefficient > 0
        && term.Atoms.All(atom => atom.Inner?.GrowsFromZero != false && (term.Atoms.Length == 1 || atom.Evaluate(_ => 0) >= 0)));
}
