using System.Globalization;

namespace ConcatService.Import.Darknet;

/// <summary>A section of a cfg file: <c>[convolutional]</c> and its options.</summary>
/// <param name="Line">Of its heading.</param>
internal sealed record DarknetSection(string Kind, int Line)
{
    public const long MaxSize = 1_000_000;

    private readonly Dictionary<string, (string Value, int Line)> _options = [];

    public Place Place => Place.Of(Line, 1, $"[{Kind}]");

    /// <summary>The place of an option; of the heading where it is left out.</summary>
    public Place PlaceOf(string option) =>
        _options.TryGetValue(option, out var found) ? Place.Of(found.Line, 1, $"{option}={found.Value}") : Place;

    public void Set(string option, string value, int line) => _options[option] = (value, line);

    public bool Has(string option) => _options.ContainsKey(option);

    public string? Text(string option) => _options.TryGetValue(option, out var found) ? found.Value : null;

    /// <summary>The number at the start of the option, as C's atoi reads it; no larger than sizes may be.</summary>
    public long Whole(string option, long fallback) =>
        Text(option) is { } text ? Math.Clamp(AtStart(text), -MaxSize, MaxSize) : fallback;

    /// <summary>As <see cref="Whole"/>, at least 1.</summary>
    public long Size(string option, long fallback) => Math.Max(1, Whole(option, fallback));

    public double Number(string option, double fallback) =>
        double.TryParse(Text(option), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : fallback;

    /// <summary>Numbers with commas between them; null where the option is left out.</summary>
    public long[]? List(string option) =>
        Text(option)
            ?.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Take(1000)
            .Select(each => Math.Clamp(AtStart(each), -MaxSize, MaxSize))
            .ToArray();

    private static long AtStart(string text)
    {
        var trimmed = text.Trim();
        var sign = trimmed.StartsWith('-') ? 1 : 0;
        var length = sign;
        while (length < trimmed.Length && length < 12 && char.IsAsciiDigit(trimmed[length]))
            length++;
        return length > sign ? long.Parse(trimmed.AsSpan(0, length), CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Reads a file into its sections. Spaces mean nothing; lines that begin with # or ; are comments.</summary>
    public static List<DarknetSection> ReadAll(string text)
    {
        var sections = new List<DarknetSection>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = string.Concat(raw.Where(letter => !char.IsWhiteSpace(letter)));
            if (line.Length == 0 || line[0] is '#' or ';' or '\0')
                continue;
            if (line[0] == '[')
            {
                var end = line.IndexOf(']', StringComparison.Ordinal);
                if (end < 0)
                    throw ImportException.Malformed("the heading of a section ends in ].", number, 1);
                if (sections.Count > SpecWriter.MaxLayers)
                    throw ImportException.TooLarge($"The file has more than {SpecWriter.MaxLayers:N0} sections.");
                sections.Add(new(line[1..Math.Min(end, 41)].ToLowerInvariant(), number));
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || sections.Count == 0)
                throw ImportException.Malformed("expected a [section], option=value, or a comment that begins with #.", number, 1);
            var comment = line.IndexOf('#', equals);
            sections[^1].Set(line[..equals], comment < 0 ? line[(equals + 1)..] : line[(equals + 1)..comment], number);
        }

        return sections;
    }
}
