using System.Globalization;
using ConcatService.Domain.Shapes;

namespace ConcatService.Pictures.Drawing;

/// <summary>A wire between two items of one diagram.</summary>
/// <param name="Shape">What travels; null when it is not known. Of the first repetition, inside a frame.</param>
/// <param name="Last">The same in the last repetition.</param>
internal sealed record Arrow(Item From, Item To, Shape? Shape, Shape? Last)
{
    /// <summary>Which of the source's outputs.</summary>
    public int Port { get; init; }

    /// <summary>Whether the target takes the source's size and not its values (<c>{ "like": … }</c>).</summary>
    public bool SizeOnly { get; init; }

    /// <summary>Where it enters or leaves a frame that it ends at.</summary>
    public Dot? FromDot { get; init; }

    /// <inheritdoc cref="FromDot"/>
    public Dot? ToDot { get; init; }

    /// <summary>Whether it leads to where branches do not meet.</summary>
    public bool Bad { get; set; }

    /// <summary>The part of what travels here in what is computed behind; null: not measured.</summary>
    public double? Share { get; set; }

    /// <summary>
    /// The shape as the picture says it: <c>64×56×56</c>; where it differs from one repetition to the next, the first and the last:
    /// <c>64…224×56×56</c>, <c>16×32×32 … 16×4×4</c>.
    /// </summary>
    public string Label
    {
        get
        {
            if (Shape is null)
                return "?";
            var (first, last) = (Spelled(Shape), Last is null ? Spelled(Shape) : Spelled(Last));
            var differing = first.Length == last.Length ? first.Zip(last).Count(dims => dims.First != dims.Second) : int.MaxValue;
            var sizes = differing > 1
                ? $"{string.Join('×', first)} … {string.Join('×', last)}"
                : string.Join('×', first.Zip(last, (from, to) => from == to ? from : $"{from}…{to}"));
            var part = Share is { } share ? string.Create(CultureInfo.InvariantCulture, $" · {100 * share:0} %") : "";
            return SizeOnly ? $"like {sizes}" : sizes + part;
        }
    }

    private static string[] Spelled(Shape shape) =>
        [.. shape.Dims.Skip(1).Select(dim => dim.ToString()).Select(dim => IsOne(dim) ? dim : $"[{dim}]")];

    /// <summary>Whether a size reads as one thing beside others: a number, a symbol, a call.</summary>
    private static bool IsOne(string dim)
    {
        var depth = 0;
        foreach (var c in dim)
        {
            depth += c switch { '(' => 1, ')' => -1, _ => 0 };
            if (c == ' ' && depth == 0)
                return false;
        }

        return true;
    }
}
