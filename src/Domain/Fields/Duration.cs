using System.Xml;

namespace ConcatService.Domain.Fields;

/// <summary>ISO 8601 durations: <c>PT30M</c>, <c>P1DT12H</c>. A year counts 365 days, a month 30.</summary>
public static class Duration
{
    /// <summary>False for what is no duration, and for one that is not above zero.</summary>
    public static bool TryRead(string text, out TimeSpan duration)
    {
        duration = default;
        try
        {
            duration = XmlConvert.ToTimeSpan(text);
            return duration > TimeSpan.Zero;
        }
        catch (Exception malformed) when (malformed is FormatException or OverflowException)
        {
            return false;
        }
    }

    public static string Write(TimeSpan duration) => XmlConvert.ToString(duration);
}
