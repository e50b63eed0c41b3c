using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace ConcatService.Domain.Shapes;

/// <summary>
/// An integer polynomial over atoms, where an atom is a symbol or the floor of an expression over a number. Canonical: terms are sorted and
/// merged, multiples of the divisor leave a floor, nested floors join (⌊⌊x/a⌋/b⌋ = ⌊x/ab⌋).
/// </summary>
internal sealed partial class DimExpression : IEquatable<DimExpression>
{
    private readonly ImmutableArray<Term> _terms;
    private string? _text;

    private DimExpression(long constant, ImmutableArray<Term> terms)
    {
        Constant = constant;
        _terms = terms;
    }

    public long Constant { get; }

    /// <summary>How many terms are added, the constant not counted.</summary>
    public int Terms => _terms.Length;

    public bool IsConstant => _terms.IsEmpty;

    public static DimExpression Number(long value) => new(value, []);

    public static DimExpression Symbol(string name) => Of(new Atom(name, null, 1));

    public static DimExpression operator +(DimExpression a, DimExpression b)
    {
        var terms = ImmutableArray.CreateBuilder<Term>(a._terms.Length + b._terms.Length);
        for (var (i, j) = (0, 0); i < a._terms.Length || j < b._terms.Length;)
        {
            var order = i == a._terms.Length ? 1 : j == b._terms.Length ? -1 : string.CompareOrdinal(a._terms[i].Key, b._terms[j].Key);
            var term = order <= 0 ? a._terms[i++] : b._terms[j++];
            if (order == 0)
                term = term with { Coefficient = Saturating.Add(term.Coefficient, b._terms[j++].Coefficient) };
            if (term.Coefficient != 0)
                terms.Add(term);
        }

        return new(Saturating.Add(a.Constant, b.Constant), terms.DrainToImmutable());
    }

    public static DimExpression operator *(DimExpression a, DimExpression b)
    {
        if (a.IsConstant)
            return b.Times(a.Constant);
        if (b.IsConstant)
            return a.Times(b.Constant);
        var product =
            Number(Saturating.Multiply(a.Constant, b.Constant))
            + new DimExpression(0, a._terms).Times(b.Constant)
            + new DimExpression(0, b._terms).Times(a.Constant);
        foreach (var x in a._terms)
        {
            foreach (var y in b._terms)
                product += new DimExpression(0, [x.Times(y)]);
        }

        return product;
    }

    public static DimExpression Floor(DimExpression inner, long divisor)
    {
        // ⌊(d·q + r) / d⌋ = q + ⌊r / d⌋: whole multiples leave the floor.
        var quotient = Saturating.FloorDivide(inner.Constant, divisor);
        var whole = new DimExpression(
            quotient,
            [
                .. inner
                    ._terms.Where(term => term.Coefficient % divisor == 0)
                    .Select(term => term with { Coefficient = term.Coefficient / divisor }),
            ]
        );
        var rest = new DimExpression(
            inner.Constant - (quotient * divisor),
            inner._terms.RemoveAll(term => term.Coefficient % divisor == 0)
        );
        if (rest.IsConstant)
            return whole;

        // ⌊(g·x + c) / (g·d)⌋ = ⌊(x + ⌊c/g⌋) / d⌋.
        var common = divisor;
        foreach (var term in rest._terms)
            common = Gcd(common, Math.Abs(term.Coefficient));
        if (common > 1)
        {
            rest = new DimExpression(
                rest.Constant / common,
                [.. rest._terms.Select(term => term with { Coefficient = term.Coefficient / common })]
            );
            divisor /= common;
            if (divisor == 1)
                return whole + rest;
        }

        // ⌊(⌊x/a⌋ + c) / b⌋ = ⌊(x + a·c) / (a·b)⌋.
        if (rest._terms is [{ Coefficient: 1, Atoms: [{ Inner: { } nested } atom] }])
            return whole
                + Floor(nested + Number(Saturating.Multiply(atom.Divisor, rest.Constant)), Saturating.Multiply(atom.Divisor, divisor));

        return whole + Of(new Atom(null, rest, divisor));
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

    public IEnumerable<string> Symbols =>
        _terms.SelectMany(term => term.Atoms).SelectMany(atom => atom.Name is { } name ? [name] : atom.Inner!.Symbols);

    public bool Equals(DimExpression? other) =>
        other is not null && Constant == other.Constant && _terms.Length == other._terms.Length && ToString() == other.ToString();

    public override bool Equals(object? obj) => Equals(obj as DimExpression);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString() => _text ??= Print();

    private static DimExpression Of(Atom atom) => new(0, [new Term(1, [atom], atom.Text)]);

    private DimExpression Times(long factor) => factor switch
    {
        0 => Number(0),
        1 => this,
        _ => new(
            Saturating.Multiply(Constant, factor),
            ImmutableArray.CreateRange(_terms, term => term with { Coefficient = Saturating.Multiply(term.Coefficient, factor) })
        ),
    };

    private string Print()
    {
        if (Constant == 0 && _terms is [{ Coefficient: 1, Atoms: [{ Inner: not null } only] }])
            return only.Text.StartsWith('(') ? only.Text[1..^1] : only.Text;                     // alone it needs no brackets
        var text = new StringBuilder();
        Print(text, negative: false);
        Print(text, negative: true);
        if (Constant != 0)
            text.Append(CultureInfo.InvariantCulture, $" {(Constant < 0 ? '-' : '+')} {Math.Abs(Constant)}");
        return text.ToString();
    }

    private void Print(StringBuilder text, bool negative)
    {
        foreach (var term in _terms)
        {
            if (term.Coefficient < 0 != negative)
                continue;
            if (text.Length > 0)
                text.Append(negative ? " - " : " + ");
            else if (negative)
                text.Append('-');
            if (Math.Abs(term.Coefficient) != 1)
                text.Append(CultureInfo.InvariantCulture, $"{Math.Abs(term.Coefficient)} * ");
            text.Append(term.Key);
        }
    }

    internal static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);

    /// <param name="Key">The atoms as text, by which terms are sorted.</param>
    private readonly record struct Term(long Coefficient, ImmutableArray<Atom> Atoms, string Key)
    {
        public Term Times(Term other)
        {
            var atoms = Atoms.AddRange(other.Atoms).Sort((a, b) => string.CompareOrdinal(a.Text, b.Text));
            return new(Saturating.Multiply(Coefficient, other.Coefficient), atoms, string.Join(" * ", atoms.Select(atom => atom.Text)));
        }
    }

    /// <summary>A symbol by name, or ⌊Inner / Divisor⌋.</summary>
    private sealed class Atom(string? name, DimExpression? inner, long divisor)
    {
        public string? Name => name;

        public DimExpression? Inner => inner;

        public long Divisor => divisor;

        public string Text { get; } = name ?? Print(inner!, divisor);

        public long Evaluate(Func<string, long> symbol) =>
            name is not null ? symbol(name) : Saturating.FloorDivide(inner!.Evaluate(symbol), divisor);

        public DimExpression Substitute(Func<string, DimExpression?> meaning) =>
            name is not null ? meaning(name) ?? Symbol(name) : Floor(inner!.Substitute(meaning), divisor);

        // ⌊e(x) / d⌋ grows by a whole number as soon as e has grown by a multiple of d.
        public (long Period, long Growth)? Cycle(long longest)
        {
            if (inner is null)
                return (1, 1);
            if (inner.Cycle(longest) is not var (period, growth))
                return null;
            var times = divisor / Gcd(divisor, Math.Abs(growth));
            return times <= longest / period ? (period * times, Saturating.Multiply(growth, times) / divisor) : null;
        }

        private static string Print(DimExpression inner, long divisor)
        {
            if (inner.Constant == divisor - 1)
                return $"ceil({inner + Number(1 - divisor)} / {divisor})";
            var compound = inner.Constant != 0 || inner._terms.Length > 1 || inner._terms[0].Coefficient != 1;
            return compound ? $"(({inner}) // {divisor})" : $"({inner} // {divisor})";
        }
    }
}
