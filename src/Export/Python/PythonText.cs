using System.Globalization;
using ConcatService.Domain.Fields;

namespace ConcatService.Export.Python;

/// <summary>Values as Python writes them.</summary>
internal static class PythonText
{
    public static string Of(object? value) => value switch
    {
        null => "None",
        bool truth => truth ? "True" : "False",
        long or int => Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
        double number => Of(number),
        string text => $"\"{text}\"",
        long[] each => Tuple(each),
        Verbatim verbatim => verbatim.Text,
        _ => throw new ArgumentException($"{value.GetType()} has no Python form.", nameof(value)),
    };

    /// <summary>Cells in each dimension: one number where all are the same.</summary>
    public static object Cells(long[] each) => Array.TrueForAll(each, cells => cells == each[0]) ? each[0] : each;

    /// <inheritdoc cref="Cells(long[])"/>
    public static object Cells(Extent extent, int dimensions) => Cells(extent.ToArray(dimensions));

    /// <summary><c>(2, 3)</c>; one element keeps its comma.</summary>
    public static string Tuple(IReadOnlyList<long> each) => Tuple(each.Select(size => size.ToString(CultureInfo.InvariantCulture)));

    /// <inheritdoc cref="Tuple(IReadOnlyList{long})"/>
    public static string Tuple(IEnumerable<string> each) =>
        each.ToList() is { Count: 1 } one ? $"({one[0]},)" : $"({string.Join(", ", each)})";

    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(double value) =>
        double.IsPositiveInfinity(value) ? "float(\"inf\")"
        : double.IsNegativeInfinity(value) ? "float(\"-inf\")"
        : Written(value);

    private static string Written(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal);
        return text.AsSpan().IndexOfAny('.', 'e') < 0 ? text + ".0" : text;
    }
}

/// <summary>Source that is written as it is.</summary>
public sealed record Verbatim(string Text);
