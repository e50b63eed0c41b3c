using System.Text;

namespace ConcatService.Pictures.Drawing;

/// <summary>How wide text is in the fonts that a browser may take, how it is broken into lines, and how it is written into XML.</summary>
internal static class Text
{
    private const int ReasonColumns = 60, MostLines = 14;

    /// <summary>Pixels, for a size in pixels: DejaVu Sans, which is among the widest; others leave some air.</summary>
    public static double Width(string text, double size, bool bold = false)
    {
        var ems = 0.0;
        foreach (var rune in text.EnumerateRunes())
            ems += Ems(rune);
        return ems * size * (bold ? 1.12 : 1);
    }

    private static double Ems(Rune rune) => rune.Value switch
    {
        > 0x2FFF => 1.05,                                                                           // ideographs and pictures fill a square
        > 0x7F => rune.Value is '·' or '…' or '×' ? 0.85 : 1.0,
        'm' or 'w' or 'M' or 'W' or '%' or '@' => 1.0,
        'i' or 'j' or 'l' or 'I' or '|' or '.' or ',' or ':' or ';' or '\'' or ' ' or '/' or '-' or '(' or ')' or '[' or ']' => 0.4,
        'f' or 'r' or 't' => 0.42,
        >= 'A' and <= 'Z' => 0.75,
        _ => 0.64,
    };

    /// <summary>At most this many characters; the end of what is cut off is told by three dots.</summary>
    public static string Cut(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";

    /// <summary>The lines of a reason; a word longer than a line is broken.</summary>
    public static List<string> Wrap(string text)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' ').SelectMany(word => word.Chunk(ReasonColumns)).Select(chunk => new string(chunk)))
        {
            if (lines[^1].Length > 0 && lines[^1].Length + word.Length >= ReasonColumns)
                lines.Add("");
            lines[^1] += (lines[^1].Length > 0 ? " " : "") + word;
        }

        if (lines.Count > MostLines)
            lines = [.. lines.Take(MostLines - 1), "…"];
        return lines;
    }

    /// <summary>
    /// For the text of an element or an attribute; what XML 1.0 has no place for becomes U+FFFD (https://www.w3.org/TR/xml/#charsets).
    /// </summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                '"' => escaped.Append("&quot;"),
                < 0x20 and not ('\t' or '\n' or '\r') or 0xFFFE or 0xFFFF => escaped.Append('\uFFFD'),
                _ => escaped.Append(rune.ToString()),
            };
        }

        return escaped.ToString();
    }
}
