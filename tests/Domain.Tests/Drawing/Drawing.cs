using System.Xml.Linq;

namespace ConcatService.Domain.Tests.Drawing;

/// <summary>What a picture is made of.</summary>
internal static class Drawing
{
    /// <summary>A rectangle in pixels.</summary>
    public readonly record struct Area(double Left, double Top, double Right, double Bottom)
    {
        public bool Overlaps(Area other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;
    }

    /// <summary>A layer as it is drawn.</summary>
    public sealed class Box(XElement group)
    {
        private XElement Rect => group.Elements().Single(element => element.Name.LocalName == "rect");

        public string Name => group.Elements().Single(element => element.Name.LocalName == "title").Value;

        public IReadOnlyList<Line> Lines => [.. group.Elements().Where(element => element.Name.LocalName == "text").Select(text => new Line(text))];

        public Area Area => new(Drawn.Number(Rect, "x"), Drawn.Number(Rect, "y"), Drawn.Number(Rect, "x") + Drawn.Number(Rect, "width"), Drawn.Number(Rect, "y") + Drawn.Number(Rect, "height"));

        public bool Is(string style) => Drawn.Is(Rect, style);
    }

    /// <summary>A line of text; half of a font's height is taken for the width of a letter, which is little for most.</summary>
    public sealed class Line(XElement text)
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
}
