using System.Globalization;

namespace ConcatService.Pictures.Plotting;

/// <summary>From numbers to pixels, with round numbers to write beside the axis.</summary>
internal sealed class AxisScale(double from, double to, double start, double end)
{
    public double At(double value) => start + ((value - from) / (to - from) * (end - start));

    /// <summary>
    /// A scale for these values that begins and ends at round numbers. Two thousandths of the values on either end may lie outside: one
    /// peak does not flatten a curve.
    /// </summary>
    public static AxisScale Around(IEnumerable<double> values, double start, double end)
    {
        var sorted = values.Where(double.IsFinite).Order().ToList();
        if (sorted.Count == 0)
            return new(0, 1, start, end);
        var (low, high) = (sorted[(int)(sorted.Count * 0.002)], sorted[(int)((sorted.Count - 1) * 0.998)]);
        var step = Step(Math.Max(high - low, Math.Max(1e-9, Math.Abs(high) * 1e-3)));
        return new(Math.Floor(low / step) * step, Math.Ceiling((high / step) - 1e-9) * step, start, end);
    }

    /// <summary>About five round numbers from one end to the other.</summary>
    public IEnumerable<double> Ticks()
    {
        var step = Step(to - from);
        for (var i = Math.Ceiling((from / step) - 1e-9); i * step <= to + (step * 1e-9); i++)
            yield return i * step;
    }

    /// <summary>Within the axis: what lies outside is drawn at its edge.</summary>
    public double Inside(double value) => At(Math.Clamp(value, Math.Min(from, to), Math.Max(from, to)));

    public static string Written(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e6:0.##}M"),
        >= 10_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1e3:0.##}k"),
        < 1e-3 => value.ToString("0.#e0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };

    /// <summary>1, 2 or 5 times a power of ten.</summary>
    private static double Step(double range)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(range / 5)));
        return (range / 5 / power) switch { < 1.5 => power, < 3.5 => 2 * power, < 7.5 => 5 * power, _ => 10 * power };
    }
}
