using System.Xml.Linq;

namespace ConcatService.Pictures.Tests.Drawing;

/// <summary>A line of text; a letter is taken for half as wide as the font is high, which is little for most.</summary>
internal sealed class DrawnText(XElement text)
{
    public string Value => text.Value;

    public IReadOnlyList<string> Style => ((string?)text.Attribute("class") ?? "").Split(' ');

    public Area Area
    {
        get
        {
            var (x, y, width) = (Drawn.Number(text, "x"), Drawn.Number(text, "y"), text.Value.Length * 5.5);
            var left = (string?)text.Attribute("text-anchor") == "middle" ? x - (width / 2) : x;
            return new(left, y - 9, left + width, y + 2);
        }
    }
}
