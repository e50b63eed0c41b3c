using System.Globalization;

namespace ConcatService.Domain.Shapes;

/// <summary>One dimension of a shape: a number, or an exact integer expression over the spec's symbols (<c>"H"</c>, <c>"N"</c>).</summary>
/// <remarks>
/// Expressions are kept in a canonical form, so that equal forms are equal expressions; <c>==</c> therefore proves equality for every value
/// of the symbols, while inequality of two expressions proves nothing. Sources of the rounding rules: PyTorch's output size formulas.
/// </remarks>
public readonly struct Dim : IEquatable<Dim>
{
    private readonly long _value;
    private readonly DimExpression? _expression;

    private Dim(long value, DimExpression? expression)
    {
        _value = value;
        _expression = expression;
    }

    /// <summary>The batch size, always the symbol <c>N</c>.</summary>
    public static Dim Batch { get; } = Symbol("N");

    public static Dim Symbol(string name) => new(0, DimExpression.Symbol(name));

    public static implicit operator Dim(long value) => new(value, null);

    internal static Dim Of(DimExpression expression) => expression.IsConstant ? new(expression.Constant, null) : new(0, expression);

    /// <summary>Whether this is a number.</summary>
    public bool IsKnown => _expression is null;

    /// <summary>The number. Throws for an expression over symbols: ask <see cref="IsKnown"/> first.</summary>
    public long Value => _expression is null ? _value : throw new InvalidOperationException($"The size {this} is not a number.");

    /// <summary>The number, or null for an expression over symbols.</summary>
    public long? Known => _expression is null ? _value : null;

    internal DimExpression Expression => _expression ?? DimExpression.Number(_value);

    /// <summary>The terms of the sum that this size is: as many factors it makes of a product.</summary>
    internal int Terms => _expression is null ? 1 : _expression.Terms + 1;

    public static Dim operator +(Dim a, Dim b) =>
        a.IsKnown && b.IsKnown ? Saturating.Add(a._value, b._value) : Of(a.Expression + b.Expression);

    public static Dim operator -(Dim a, Dim b) => a + (b * -1);

    public static Dim operator *(Dim a, Dim b) =>
        a.IsKnown && b.IsKnown ? Saturating.Multiply(a._value, b._value) : Of(a.Expression * b.Expression);

    /// <summary>⌊this / divisor⌋; <paramref name="divisor"/> at least 1.</summary>
    public Dim FloorDivide(long divisor) =>
        divisor == 1 ? this : IsKnown ? Saturating.FloorDivide(_value, divisor) : Of(DimExpression.Floor(Expression, divisor));

    /// <summary>⌈this / divisor⌉; <paramref name="divisor"/> at least 1.</summary>
    public Dim CeilDivide(long divisor) => (this + (divisor - 1)).FloorDivide(divisor);

    /// <summary>The size for these values of the symbols.</summary>
    public long Evaluate(Func<string, long> symbol) => _expression is null ? _value : _expression.Evaluate(symbol);

    /// <summary>The symbols that this size depends on, each once.</summary>
    public IEnumerable<string> Symbols => _expression is null ? [] : _expression.Symbols.Distinct();

    /// <summary>The size with each symbol that <paramref name="meaning"/> knows written as what it means.</summary>
    internal Dim Substitute(Func<string, Dim?> meaning) =>
        _expression is null ? this : Of(_expression.Substitute(symbol => meaning(symbol)?.Expression));

    /// <inheritdoc cref="DimExpression.Linear"/>
    internal IReadOnlyList<(string Symbol, long Factor)>? Linear => Expression.Linear;

    /// <inheritdoc cref="DimExpression.GrowsFromZero"/>
    internal bool GrowsFromZero => Expression.GrowsFromZero;

    /// <inheritdoc cref="DimExpression.Cycle"/>
    internal (long Period, long Growth)? Cycle(long longest) => Expression.Cycle(longest);

    public static bool operator ==(Dim a, Dim b) => a.Equals(b);

    public static bool operator !=(Dim a, Dim b) => !a.Equals(b);

    public bool Equals(Dim other) => _expression is null
        ? other._expression is null && _value == other._value
        : other._expression is not null && (ReferenceEquals(_expression, other._expression) || _expression.Equals(other._expression));

    public override bool Equals(object? obj) => obj is Dim other && Equals(other);

    public override int GetHashCode() => _expression?.GetHashCode() ?? _value.GetHashCode();

    public override string ToString() => _expression?.ToString() ?? _value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>
/// Arithmetic that stops at the ends of <see cref="long"/> instead of wrapping: a hostile size stays huge and is then refused.
/// </summary>
/// <remarks>The ends are ±<see cref="long.MaxValue"/>, so that every result has an opposite.</remarks>
public static class Saturating
{
    public static long Add(long a, long b)
    {
        var sum = unchecked(a + b);
        return ((a ^ sum) & (b ^ sum)) < 0 ? (a < 0 ? -long.MaxValue : long.MaxValue) : Math.Max(sum, -long.MaxValue);
    }

    public static long Multiply(long a, long b)
    {
        var product = (Int128)a * b;
        return product > long.MaxValue ? long.MaxValue : product < -long.MaxValue ? -long.MaxValue : (long)product;
    }

    public static long FloorDivide(long a, long divisor)
    {
        var quotient = a / divisor;
        return a % divisor < 0 ? quotient - 1 : quotient;
    }
}
