using System.Xml.Linq;

namespace ConcatService.Pictures.Tests.Drawing;

/// <summary>A layer as it is drawn.</summary>
internal sealed class DrawnBox(XElement group)
{
    private XElement Rect => group.Elements().Single(element => element.Name.LocalName == "rect");

    public string Name => group.Elements().Single(element => element.Name.LocalName == "title").Value;

    public IReadOnlyList<DrawnText> Lines =>
        [.. group.Elements().Where(element => element.Name.LocalName == "text").Select(text => new DrawnText(text))];

    public Area Area =>
        new(
            Drawn.Number(Rect, "x"),
            Drawn.Number(Rect, "y"),
            Drawn.Number(Rect, "x") + Drawn.Number(Rect, "width"),
            Drawn.Number(Rect, "y") + Drawn.Number(Rect, "height")
        );

    public bool Is(string style) => Drawn.Is(Rect, style);
}
