using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace ConcatService.Domain.Shapes;

/// <summary>
/// An integer polynomial over atoms, where an atom is a symbol or the floor of an expression over a number. Canonical: terms are sorted and merged,
/// multiples of the divisor leave a floor, nested floors join (⌊⌊x/a⌋/b⌋ = ⌊x/ab⌋).
/// </summary>
internal sealed class DimExpression : IEquatable<DimExpression>
{
    private readonly ImmutableArray<Term> _terms;
    private string? _key;

    private DimExpression(long constant, ImmutableArray<Term> terms)
    {
        Constant = constant;
        _terms = terms;
    }

    public long Constant { get; }

    public bool IsConstant => _terms.IsEmpty;

    public static DimExpression Number(long value) => new(value, []);

    public static DimExpression Symbol(string name) => new(0, [new Term(1, [new Atom(name, null, 1)])]);

    public static DimExpression operator +(DimExpression a, DimExpression b) =>
        Canonical(Saturating.Add(a.Constant, b.Constant), a._terms.Concat(b._terms));

    public static DimExpression operator *(DimExpression a, DimExpression b)
    {
        var products = a.AllTerms.SelectMany(x => b.AllTerms.Select(y => x.Times(y))).ToList();
        return Canonical(products.Where(term => term.Atoms.IsEmpty).Aggregate(0L, (sum, term) => Saturating.Add(sum, term.Coefficient)), products.Where(term => !term.Atoms.IsEmpty));
    }

    public static DimExpression Floor(DimExpression inner, long divisor)
    {
        // ⌊(d·q + r) / d⌋ = q + ⌊r / d⌋: whole multiples leave the floor.
        var whole = Canonical(Saturating.FloorDivide(inner.Constant, divisor), inner._terms.Where(term => term.Coefficient % divisor == 0).Select(term => term with { Coefficient = term.Coefficient / divisor }));
        var rest = new DimExpression(inner.Constant - (Saturating.FloorDivide(inner.Constant, divisor) * divisor), [.. inner._terms.Where(term => term.Coefficient % divisor != 0)]);
        if (rest.IsConstant)
            return whole;

        // ⌊(g·x + c) / (g·d)⌋ = ⌊(x + ⌊c/g⌋) / d⌋.
        var common = rest._terms.Aggregate(divisor, (g, term) => Gcd(g, Math.Abs(term.Coefficient)));
        if (common > 1)
        {
            rest = new DimExpression(rest.Constant / common, [.. rest._terms.Select(term => term with { Coefficient = term.Coefficient / common })]);
            divisor /= common;
            if (divisor == 1)
                return whole + rest;
        }

        // ⌊(⌊x/a⌋ + c) / b⌋ = ⌊(x + a·c) / (a·b)⌋.
        if (rest._terms is [{ Coefficient: 1, Atoms: [{ Inner: { } nested } atom] }])
            return whole + Floor(nested + Number(Saturating.Multiply(atom.Divisor, rest.Constant)), Saturating.Multiply(atom.Divisor, divisor));

        return whole + new DimExpression(0, [new Term(1, [new Atom(null, rest, divisor)])]);
    }

    public long Evaluate(Func<string, long> symbol)
    {
        var sum = Constant;
        foreach (var term in _terms)
        {
            var product = term.Coefficient;
            foreach (var atom in term.Atoms)
                product = Saturating.Multiply(product, atom.Evaluate(symbol));
            sum = Saturating.Add(sum, product);
        }

        return sum;
    }

    public IEnumerable<string> Symbols => _terms.SelectMany(term => term.Atoms).SelectMany(atom => atom.Name is { } name ? [name] : atom.Inner!.Symbols);

    /// <summary>The expression with each symbol that <paramref name="meaning"/> knows written as what it means.</summary>
    public DimExpression Substitute(Func<string, DimExpression?> meaning) => _terms.Aggregate(Number(Constant), (sum, term) =>
        sum + term.Atoms.Aggregate(Number(term.Coefficient), (product, atom) => product * atom.Substitute(meaning)));

    /// <summary>
    /// How the expression repeats over its one symbol: e(x + Period) = e(x) + Growth for every whole x. Null where symbols are multiplied with each other,
    /// or where the period is longer than <paramref name="longest"/>.
    /// </summary>
    public (long Period, long Growth)? Cycle(long longest)
    {
        var (period, growth) = (1L, 0L);
        foreach (var term in _terms)
        {
            if (term.Atoms is not [var atom] || atom.Cycle(longest) is not var (ownPeriod, ownGrowth))
                return null;
            var joint = period / Gcd(period, ownPeriod) * ownPeriod;
            growth = Saturating.Add(Saturating.Multiply(growth, joint / period), Saturating.Multiply(term.Coefficient, Saturating.Multiply(ownGrowth, joint / ownPeriod)));
            if ((period = joint) > longest)
                return null;
        }

        return (period, growth);
    }

    /// <summary>The factor of each symbol and the constant, where the expression is a sum of multiples of symbols; null where it is not.</summary>
    public IReadOnlyList<(string Symbol, long Factor)>? Linear =>
        _terms.All(term => term.Atoms is [{ Name: not null }]) ? [.. _terms.Select(term => (term.Atoms[0].Name!, term.Coefficient))] : null;

    /// <summary>Whether the expression is smallest where every symbol is 0, among sizes from 0 up: nothing is subtracted, and no factor is below 0.</summary>
    public bool GrowsFromZero => _terms.All(term => term.Coefficient > 0
        && term.Atoms.All(atom => atom.Inner?.GrowsFromZero != false && (term.Atoms.Length == 1 || atom.Evaluate(_ => 0) >= 0)));

    public bool Equals(DimExpression? other) => other is not null && ToString() == other.ToString();

    public override bool Equals(object? obj) => Equals(obj as DimExpression);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => _key ??= Print();

    private IEnumerable<Term> AllTerms => Constant == 0 ? _terms : _terms.Append(new Term(Constant, []));

    private static DimExpression Canonical(long constant, IEnumerable<Term> terms) => new(constant,
    [
        .. terms.GroupBy(term => term.Key, (_, same) => same.Aggregate((a, b) => a with { Coefficient = Saturating.Add(a.Coefficient, b.Coefficient) }))
            .Where(term => term.Coefficient != 0)
            .OrderBy(term => term.Key, StringComparer.Ordinal),
    ]);

    private string Print()
    {
        var text = new StringBuilder();
        foreach (var term in _terms.OrderBy(term => term.Coefficient < 0))
        {
            if (text.Length > 0)
                text.Append(term.Coefficient < 0 ? " - " : " + ");
            else if (term.Coefficient < 0)
                text.Append('-');
            if (Math.Abs(term.Coefficient) != 1)
                text.Append(CultureInfo.InvariantCulture, $"{Math.Abs(term.Coefficient)} * ");
            text.Append(term.Key);
        }

        if (Constant != 0)
            text.Append(CultureInfo.InvariantCulture, $" {(Constant < 0 ? '-' : '+')} {Math.Abs(Constant)}");
        return text.ToString();
    }

    internal static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);

    private readonly record struct Term(long Coefficient, ImmutableArray<Atom> Atoms)
    {
        public string Key => string.Join(" * ", Atoms.Select(atom => atom.ToString()));

        public Term Times(Term other) =>
            new(Saturating.Multiply(Coefficient, other.Coefficient), [.. Atoms.Concat(other.Atoms).OrderBy(atom => atom.ToString(), StringComparer.Ordinal)]);
    }

    /// <summary>A symbol by name, or ⌊Inner / Divisor⌋.</summary>
    private readonly record struct Atom(string? Name, DimExpression? Inner, long Divisor)
    {
        public long Evaluate(Func<string, long> symbol) => Name is { } name ? symbol(name) : Saturating.FloorDivide(Inner!.Evaluate(symbol), Divisor);

        public DimExpression Substitute(Func<string, DimExpression?> meaning) =>
            Name is { } name ? meaning(name) ?? Symbol(name) : Floor(Inner!.Substitute(meaning), Divisor);

        // ⌊e(x) / d⌋ grows by a whole number as soon as e has grown by a multiple of d.
        public (long Period, long Growth)? Cycle(long longest)
        {
            if (Inner is null)
                return (1, 1);
            if (Inner.Cycle(longest) is not var (period, growth))
                return null;
            var times = Divisor / Gcd(Divisor, Math.Abs(growth));
            return times <= longest / period ? (period * times, Saturating.Multiply(growth, times) / Divisor) : null;
        }

        public override string ToString()
        {
            if (Name is { } name)
                return name;
            if (Inner!.Constant == Divisor - 1)
                return $"ceil({Inner + Number(1 - Divisor)} / {Divisor})";
            var compound = Inner.Constant != 0 || Inner._terms.Length > 1 || Inner._terms[0].Coefficient != 1;
            return compound ? $"(({Inner}) // {Divisor})" : $"({Inner} // {Divisor})";
        }
    }
}
