using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;
using CsCheck;
using Xunit;

namespace ConcatService.Domain.Tests.Symbols;

/// <summary>Random requirements over random expressions of one symbol, and linear ones of two, against trying every size.</summary>
public sealed class RequirementTests
{
    private const long Most = 400;

    private static readonly Gen<Dim> Leaf = Gen.OneOf(
        Gen.Const(Dim.Symbol("H")),
        Gen.Const(Dim.Symbol("H")),
        Gen.Long[-9, 9].Select(value => (Dim)value)
    );

    private static readonly Gen<Dim> Expressions = Grow(Grow(Grow(Leaf)));

    private static readonly Gen<SymbolPromise> Promises = Gen.Select(
        Gen.Long[1, 40],
        Gen.Long[0, 300],
        Gen.Long[1, 12],
        Gen.Bool,
        (min, more, multiple, bounded) =>
            new SymbolPromise
            {
                Min = min,
                Max = bounded ? min + multiple + more : null,
                MultipleOf = multiple,
            }
    );

    private static readonly Gen<Requirement> Requirements = Gen.Select(
        Gen.Select(Expressions, Expressions, Gen.Bool, Compare),
        Gen.Select(Expressions, Expressions, Gen.Bool, Compare),
        Gen.Int[0, 3],
        (one, other, either) => either == 0 ? one.Or(other) : one
    );

    private static Gen<Dim> Grow(Gen<Dim> smaller) => Gen.OneOf(
        smaller,
        Gen.Select(smaller, smaller, (a, b) => a + b),
        Gen.Select(smaller, smaller, (a, b) => a - b),
        Gen.Select(smaller, Gen.Long[-3, 4], (a, factor) => a * factor),
        Gen.Select(smaller, Gen.Long[1, 6], (a, divisor) => a.FloorDivide(divisor)),
        Gen.Select(smaller, Gen.Long[1, 6], (a, divisor) => a.CeilDivide(divisor)));

    private static Requirement Compare(Dim a, Dim b, bool orMore) => orMore ? Requirement.AtLeast(a, b) : Requirement.Equal(a, b);

    private static bool Holds(Requirement requirement, Func<string, long> size) =>
        requirement.Any.Any(each => each.Holds(each.Left.Evaluate(size) - each.Right.Evaluate(size)));

    private static Conditions Of(SymbolPromise promise) =>
        new([3, Dim.Symbol("H"), Dim.Symbol("W")], new Dictionary<string, SymbolPromise> { ["H"] = promise });

    [Fact]
    public void One_after_the_other_requirements_leave_exactly_the_sizes_for_which_all_hold() =>
        Gen.Select(Requirements, Requirements, Requirements, Promises)
            .Sample(
        (first, second, third, promise) =>
        {
            var conditions = Of(promise);
            var left = Enumerable
                .Range(1, (int)Most)
                .Select(size => (long)size)
                .Where(size => size >= promise.Min && !(size > promise.Max) && size % promise.MultipleOf == 0)
                .ToList();
            foreach (var requirement in new[] { first, second, third })
            {
                var decision = conditions.Decide(requirement);
                if (decision.Answer == Answer.Unknown)
                    return true;
                var holding = left.Where(size => Holds(requirement, _ => size)).ToList();
                if (decision.Answer == Answer.Never)
                    return holding.Count == 0;
                if (decision.Answer == Answer.Always)
                {
                    if (holding.Count < left.Count)
                        return false;
                    continue;
                }

                conditions.Assume(decision, "layer");
                left = holding;
                if (
                    !left.SequenceEqual(
                        Enumerable
                            .Range(1, (int)Most)
                            .Select(size => (long)size)
                            .Where(size => conditions.Knowledge.SetOf("H")!.Contains(size))
                    )
                )
                    return false;
                var constraint = Constraint.Of(conditions).Single();
                if (
                    SizeText.Of("H", conditions.Knowledge.SetOf("H")!) is { } text
                    && !left.SequenceEqual(
                        Enumerable
                            .Range(1, (int)Most)
                            .Select(size => (long)size)
                            .Where(size => ConditionText.Holds(text, "H", size))
                    )
                )
                    return false;
                if (
                    conditions.Knowledge.SetOf("H")!.Promise() is var (min, max, multiple)
                    && Enumerable
                        .Range((int)min, (int)Most)
                        .Select(size => (long)size)
                        .Any(size => size <= Most && !(size > max) && size % multiple == 0 && !left.Contains(size))
                )
                    return false;
            }

            return true;
        },
        iter: 3000);

    [Fact]
    public void An_equality_of_two_symbols_leaves_the_pairs_that_are_equal() =>
        Gen.Select(Gen.Long[1, 4], Gen.Long[-9, 9], Promises)
            .Sample(
        (factor, constant, promise) =>
        {
            var conditions = Of(promise);
            var (h, w) = (Dim.Symbol("H"), Dim.Symbol("W"));
            var decision = conditions.Decide(Requirement.Equal((w * factor) + constant, h));
            var pairs = Enumerable
                .Range(1, (int)Most)
                .Where(size => SizeSet.Of(promise)!.Contains((size * factor) + constant))
                .Select(size => (long)size)
                .ToList();
            if (decision.Answer == Answer.Never)
                return pairs.Count == 0;
            if (decision.Answer != Answer.Sometimes)
                return false;
            conditions.Assume(decision, "layer");
            var known = conditions.Knowledge;
            return known.Known(h - (w * factor)) == constant
                && pairs.SequenceEqual(
                    Enumerable
                        .Range(1, (int)Most)
                        .Select(size => (long)size)
                        .Where(size =>
                            known.MeaningOf("H") is not null
                                ? known.SetOf("W")!.Contains(size)
                                : known.SetOf("H")!.Contains((size * factor) + constant)
                        )
                );
        },
        iter: 1000);

    [Theory]
    [InlineData(1, 1, Answer.Always)]
    [InlineData(3, 3, Answer.Always)]
    [InlineData(1, 2, Answer.Unknown)]
    public void A_product_is_bounded_below_by_its_smallest_sizes(long smallest, long product, Answer answer) =>
        Assert.Equal(answer, Of(new() { Min = smallest }).Decide(Requirement.AtLeast(Dim.Symbol("H") * Dim.Symbol("W"), product)).Answer);

    [Fact]
    public void Periods_and_thresholds_beyond_the_limit_are_not_decided()
    {
        var h = Dim.Symbol("H");
        Assert.Equal(Answer.Unknown, Of(new()).Decide(Requirement.Multiple(h, 9973)).Answer);
        Assert.Equal(Answer.Unknown, Of(new()).Decide(Requirement.AtLeast(h, 1_000_000)).Answer);
        Assert.Equal(Answer.Unknown, Of(new() { MultipleOf = 1_000_000 }).Decide(Requirement.Multiple(h, 2)).Answer);
    }
}
