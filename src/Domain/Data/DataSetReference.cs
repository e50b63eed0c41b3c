using System.Globalization;
using System.Text.RegularExpressions;

namespace ConcatService.Domain.Data;

/// <summary>How a data set is named: <c>flowers</c> for its newest version, <c>flowers@3</c> for that one.</summary>
/// <param name="Version">From 1; null for the newest. Of a generated data set, its seed.</param>
public sealed partial record DataSetReference(string Name, int? Version)
{
    /// <summary>Null for what cannot be the name of a data set.</summary>
    public static DataSetReference? TryParse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success)
            return null;
        return match.Groups[2].Success
            ? new(match.Groups[1].Value, int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))
            : new(match.Groups[1].Value, null);
    }

    public override string ToString() => Version is null ? Name : $"{Name}@{Version}";

    [GeneratedRegex("^([a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)(?:@([1-9][0-9]{0,8}))?\\z")]
    private static partial Regex Pattern();
}
