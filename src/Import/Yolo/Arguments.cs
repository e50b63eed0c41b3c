using System.Globalization;

namespace ConcatService.Import.Yolo;

/// <summary>The arguments of a row by position, names such as <c>nc</c> resolved.</summary>
internal sealed class Arguments(string module, IReadOnlyList<object?> values)
{
    public const long MaxSize = 1_000_000;

    public int Count => values.Count;

    public object? this[int position] => position < values.Count ? values[position] : null;

    public bool Has(int position) => position < values.Count && values[position] is not null;

    /// <summary>A whole number of at least 0.</summary>
    public long Whole(int position, long? fallback = null) =>
        this[position] switch
        {
            long whole when whole is >= 0 and <= MaxSize => whole,
            double number when number >= 0 && number <= MaxSize && number == Math.Floor(number) => (long)number,
            null when fallback is { } known => known,
            _ => throw Unexpected(position, $"a whole number from 0 to {MaxSize:N0}"),
        };

    /// <summary>A whole number of at least 1.</summary>
    public long Size(int position, long? fallback = null) =>
        Whole(position, fallback) is >= 1 and var size ? size : throw Unexpected(position, "a whole number of at least 1");

    public double Number(int position, double fallback) =>
        this[position] switch
        {
            long whole => whole,
            double number => number,
            null => fallback,
            _ => throw Unexpected(position, "a number"),
        };

    public bool Flag(int position, bool fallback) =>
        this[position] switch
        {
            bool flag => flag,
            long whole => whole != 0,
            null => fallback,
            _ => throw Unexpected(position, "True or False"),
        };

    /// <summary>A number or a list of numbers.</summary>
    public long[] Sizes(int position, params long[] fallback) =>
        this[position] switch
        {
            null => fallback,
            long => [Size(position)],
            IReadOnlyList<object?> list when list.Count is >= 1 and <= 64 => [.. list.Select(Each)],
            _ => throw Unexpected(position, "a whole number or a list of them"),
        };

    public string? Text(int position) => this[position] as string;

    /// <summary>The same with another value at a position, filled up with None.</summary>
    public Arguments With(int position, object? value)
    {
        var changed = values.ToList();
        while (changed.Count <= position)
            changed.Add(null);
        changed[position] = value;
        return new(module, changed);
    }

    private static long Each(object? value) =>
        value is long size and >= 1 and <= MaxSize ? size : throw new RowException($"a list holds {Shown(value)}; expected whole numbers.");

    private RowException Unexpected(int position, string expected) =>
        new($"argument {position + 1} of {module} is {Shown(this[position])}; expected {expected}.");

    private static string Shown(object? value) =>
        value switch
        {
            null => "missing",
            IReadOnlyList<object?> => "a list",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
}
