using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Operators;

/// <summary>What a layer needs of an input and does not get: where the search for a repair starts.</summary>
public sealed record Wanted : Evidence
{
    /// <summary>The input, counted from 0.</summary>
    public int Input { get; init; }

    /// <summary>The axes that the input should have, in order, the batch first.</summary>
    public IReadOnlyList<Axis>? Axes { get; init; }

    /// <summary>The element type that it should have.</summary>
    public DType? DType { get; init; }

    /// <summary>Whether it should have a feature axis, whatever stands beside it.</summary>
    public bool Features { get; init; }

    /// <summary>The number of features that it should have.</summary>
    public long? Width { get; init; }

    /// <summary>The part of a layer that is meant where its output is given: <c>state</c>. Null: the output is meant.</summary>
    public string? Part { get; init; }

    /// <summary>What the number of features should be a multiple of.</summary>
    public long? MultipleOf { get; init; }

    /// <summary>What the spatial sizes should be multiples of.</summary>
    public long? SizesMultipleOf { get; init; }

    /// <summary>Values of the layer's own attributes with which it would take the input as it is, the likeliest first.</summary>
    public IReadOnlyList<OtherValue> Values { get; init; } = [];

    /// <summary>All of it but the input as text: where two layers lack the same, what serves one serves both.</summary>
    public string Key
    {
        get
        {
            var values = Values.Select(value => $"{value.Attribute} {value.Value.ToJsonString()}");
            return $"{DType} {Features} {Width} {MultipleOf} {SizesMultipleOf} {Part} [{string.Join(' ', Axes ?? [])}] "
                + string.Join(", ", values);
        }
    }

    /// <summary>The divisors of a number that are nearest to another one, below and above, up to twice that.</summary>
    public static IEnumerable<long> DivisorsNear(long number, long wanted)
    {
        const long MostTried = 100_000;
        long? below = null, above = null;
        for (var divisor = Math.Min(wanted, number); divisor >= 1 && below is null && wanted - divisor < MostTried; divisor--)
            below = number % divisor == 0 ? divisor : null;
        for (var divisor = wanted + 1; divisor <= Math.Min(number, 2 * wanted) && above is null && divisor - wanted < MostTried; divisor++)
            above = number % divisor == 0 ? divisor : null;
        return new[] { below, above }.OfType<long>().OrderBy(divisor => Math.Abs(divisor - wanted)).ThenByDescending(divisor => divisor);
    }
}

/// <summary>Another value of an attribute.</summary>
/// <param name="Attribute">As the spec writes it.</param>
/// <param name="Value">As the spec writes it.</param>
/// <param name="Effect">What the layer then does, for the fix that sets it.</param>
/// <param name="IsFar">Whether it is so far from the present one that an adapter says better what was meant.</param>
public sealed record OtherValue(string Attribute, JsonNode Value, string Effect, bool IsFar = false);
