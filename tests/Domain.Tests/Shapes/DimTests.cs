using ConcatService.Domain.Shapes;
using CsCheck;
using Xunit;

namespace ConcatService.Domain.Tests.Shapes;

public sealed class DimTests
{
    /// <summary>An expression with the same arithmetic done on numbers.</summary>
    private sealed record Pair(Dim Dim, Func<long, long, long> Number);

    private static readonly Gen<Pair> Leaf = Gen.OneOf(
        Gen.Const(new Pair(Dim.Symbol("H"), (h, _) => h)),
        Gen.Const(new Pair(Dim.Symbol("W"), (_, w) => w)),
        Gen.Long[-9, 9].Select(value => new Pair(value, (_, _) => value)));

    private static readonly Gen<Pair> Expressions = Grow(Grow(Grow(Leaf)));

    private static Gen<Pair> Grow(Gen<Pair> smaller) => Gen.OneOf(
        smaller,
        Gen.Select(smaller, smaller, (a, b) => new Pair(a.Dim + b.Dim, (h, w) => a.Number(h, w) + b.Number(h, w))),
        Gen.Select(smaller, smaller, (a, b) => new Pair(a.Dim - b.Dim, (h, w) => a.Number(h, w) - b.Number(h, w))),
        Gen.Select(smaller, Gen.Long[-4, 4], (a, factor) => new Pair(a.Dim * factor, (h, w) => a.Number(h, w) * factor)),
            Gen.Select(
                smaller,
                Gen.Long[1, 6],
                (a, divisor) => new Pair(a.Dim.FloorDivide(divisor), (h, w) => (long)Math.Floor((double)a.Number(h, w) / divisor))
            ),
            Gen.Select(
                smaller,
                Gen.Long[1, 6],
                (a, divisor) => new Pair(a.Dim.CeilDivide(divisor), (h, w) => (long)Math.Ceiling((double)a.Number(h, w) / divisor))
            )
        );

    [Fact]
    public void What_is_too_large_for_a_number_stays_at_an_end_that_has_an_opposite()
    {
        var least = (Dim.Symbol("H") - long.MaxValue) - long.MaxValue;
        Assert.Equal($"H - {long.MaxValue}", least.ToString());
        Assert.Equal($"-H + {long.MaxValue}", (least * -1).ToString());
        Assert.Equal(-long.MaxValue, Saturating.Add(-long.MaxValue, -1));
    }

    [Fact]
    public void An_expression_has_the_value_of_the_arithmetic_that_made_it() =>
        Gen.Select(Expressions, Gen.Long[1, 50], Gen.Long[1, 50])
            .Sample((pair, h, w) => pair.Dim.Evaluate(symbol => symbol == "H" ? h : w) == pair.Number(h, w), iter: 20_000);

    [Fact]
    public void Equal_expressions_are_equal_for_every_value() => Gen.Select(Expressions, Expressions).Sample(
        (a, b) => a.Dim != b.Dim || Enumerable.Range(1, 30).All(h => a.Number(h, h + 7) == b.Number(h, h + 7)), iter: 20_000);

    [Fact]
    public void Halving_and_doubling_comes_back_only_where_it_is_proven()
    {
        var h = Dim.Symbol("H");
        Assert.Equal(h * 2, (h * 4).FloorDivide(2));
        Assert.NotEqual(h, h.FloorDivide(2) * 2);
        Assert.Equal(h.FloorDivide(4), h.FloorDivide(2).FloorDivide(2));
        Assert.Equal("2 * (H // 2)", (h.FloorDivide(2) * 2).ToString());
        Assert.Equal("ceil(H / 2)", h.CeilDivide(2).ToString());
    }

    [Fact]
    public void Huge_sizes_stay_huge() => Assert.Equal(long.MaxValue, (Dim)long.MaxValue * 4);
}
