using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes;

/// <summary>An exact fraction, reduced; the denominator is positive.</summary>
public readonly record struct Ratio
{
    public Ratio(long numerator, long denominator)
    {
        var common = DimExpression.Gcd(Math.Abs(numerator), Math.Abs(denominator));
        var sign = denominator < 0 ? -1 : 1;
        Numerator = sign * numerator / Math.Max(1, common);
        Denominator = Math.Abs(denominator) / Math.Max(1, common);
    }

    public long Numerator { get; }

    public long Denominator { get; }

    public static Ratio One { get; } = new(1, 1);

    public bool IsWhole => Denominator == 1;

    public static Ratio operator *(Ratio a, Ratio b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static Ratio operator /(Ratio a, Ratio b) => new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    public static Ratio operator -(Ratio a, Ratio b) =>
        new((a.Numerator * b.Denominator) - (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static bool operator <(Ratio a, Ratio b) => (Int128)a.Numerator * b.Denominator < (Int128)b.Numerator * a.Denominator;

    public static bool operator >(Ratio a, Ratio b) => b < a;

    public override string ToString() => IsWhole ? $"{Numerator}" : $"{Numerator}/{Denominator}";
}
