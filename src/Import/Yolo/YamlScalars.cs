using System.Globalization;

namespace ConcatService.Import.Yolo;

/// <summary>
/// What a scalar is: YAML 1.1's booleans, nulls and numbers, and Python's <c>None</c>, which these files write where PyYAML reads a text.
/// </summary>
internal static class YamlScalars
{
    public static object? Read(string text, bool isPlain)
    {
        if (text is "None" or "True" or "False")
            return text switch { "True" => true, "False" => false, _ => null };
        if (!isPlain)
            return text;
        if (text is "" or "~" or "null" or "Null" or "NULL")
            return null;
        if (text is "true" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON")
            return true;
        if (text is "false" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF")
            return false;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return whole;
        return
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            && text.Any(char.IsAsciiDigit)
                ? number
                : text;
    }
}
