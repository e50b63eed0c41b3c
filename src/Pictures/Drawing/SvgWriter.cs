using System.Globalization;
using System.Text;

namespace ConcatService.Pictures.Drawing;

/// <summary><see cref="Arranged"/> -> SVG 1.1, a standalone document without scripts or anything from elsewhere.</summary>
internal sealed class SvgWriter
{
    /// <summary>How far an arrow stays away from its label, above and below the baseline.</summary>
    private const double LabelAscent = 11, LabelDescent = 3.5;

    private readonly StringBuilder _svg = new(1 << 14);

    /// <param name="notes">Lines below the picture: what is wrong and has no box.</param>
    public static string Write(string name, Arranged arranged, IReadOnlyList<string> notes)
    {
        var writer = new SvgWriter();
        var width = notes.Select(note => Text.Width(note, Measures.SmallSize)).Append(arranged.Width).Max();
        var height = arranged.Height + (notes.Count * Measures.LineHeight) + (notes.Count > 0 ? Measures.Margin : 0);
        writer.Open(name, width + (2 * Measures.Margin), height + (2 * Measures.Margin));
        writer.Add(arranged, Measures.Margin + ((width - arranged.Width) / 2), Measures.Margin);
        for (var i = 0; i < notes.Count; i++)
            writer.AddText(
                "reason",
                Measures.Margin,
                (2 * Measures.Margin) + arranged.Height + ((i + 1) * Measures.LineHeight) - 4,
                notes[i],
                "start"
            );
        return writer._svg.Append("</svg>").ToString();
    }

    /// <summary>A picture of one sentence.</summary>
    public static string Say(string name, string sentence)
    {
        var writer = new SvgWriter();
        writer.Open(name, Text.Width(sentence, Measures.NameSize, bold: true) + (2 * Measures.Margin), 64);
        writer.AddText("name", Measures.Margin, 37, sentence, "start");
        return writer._svg.Append("</svg>").ToString();
    }

    private void Open(string name, double width, double height) =>
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:0} {height:0}" width="{width:0}" height="{height:0}" """
                + $"""role="img"><title>{Text.Escape(name)}</title><style>{Style.Sheet}</style>"""
        );

    /// <summary>Frames first, arrows over them, boxes over those, and the labels on top.</summary>
    private void Add(Arranged arranged, double left, double top)
    {
        foreach (var frame in arranged.Diagram.Items.OfType<Frame>())
            AddFrame(frame, arranged.Around, left, top);
        foreach (var route in arranged.Routes.OrderBy(route => route.Arrow.Bad))
            AddPath(route, left, top);
        foreach (var item in arranged.Diagram.Items)
        {
            if (item is Box box)
                AddBox(box, arranged.Around, left, top);
            else if (item is Dot)
                _svg.Append(
                    CultureInfo.InvariantCulture,
                    $"""<circle class="dot" cx="{left + item.X:0.#}" cy="{top + item.Y + (item.Height / 2):0.#}" """
                        + $"""r="{item.Height / 2:0.#}"/>"""
                );
        }

        foreach (var route in arranged.Routes)
            AddText(route.Arrow.Bad ? "shape bad" : "shape", left + route.Label.X, top + route.Label.Y, Measures.LabelOf(route.Arrow));
    }

    private void AddFrame(Frame frame, string around, double left, double top)
    {
        var (x, y) = (left + frame.X - (frame.Width / 2), top + frame.Y);
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"""<rect class="frame" x="{x:0.#}" y="{y:0.#}" width="{frame.Width:0.#}" height="{frame.Height:0.#}" rx="10"/>"""
        );
        AddText("name", x + 12, y + 18, Measures.TitleOf(frame, around), "start");
        var (inside, insideLeft, insideTop) = frame.Held;
        foreach (var dot in inside.Diagram.Items.OfType<Dot>())
        {
            var (dotX, dotY) = (x + insideLeft + dot.X, y + insideTop + dot.Y);
            var (from, to) = dot == frame.Exit ? (dotY, y + frame.Height) : (y, dotY);
            _svg.Append(CultureInfo.InvariantCulture, $"""<path class="edge stub" d="M{dotX:0.#} {from:0.#}V{to:0.#}"/>""");
        }

        AddLoop(frame, x, y);
        Add(inside, x + insideLeft, y + insideTop);
    }

    /// <summary>From what a repetition gives back up to what the next one takes.</summary>
    private void AddLoop(Frame frame, double x, double y)
    {
        var (_, left, top) = frame.Held;
        var half = Measures.DotSize / 2;
        var (exitX, exitY, entryX, entryY) = (
            x + left + frame.Exit.X,
            y + top + frame.Exit.Y + half,
            x + left + frame.Entry.X,
            y + top + frame.Entry.Y + half
        );
        var lane = x + Measures.FramePadding;
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"""<path class="edge loop" d="M{exitX:0.#} {exitY:0.#}H{lane + 8:0.#}"""
                + $"""Q{lane:0.#} {exitY:0.#} {lane:0.#} {exitY - 8:0.#}V{entryY + 8:0.#}"""
                + $"""Q{lane:0.#} {entryY:0.#} {lane + 8:0.#} {entryY:0.#}H{entryX - half - 6:0.#}"/>"""
        );
        _svg.Append(CultureInfo.InvariantCulture, $"""<path class="head" d="M{entryX - half:0.#} {entryY:0.#}l-8 -3.5v7z"/>""");
    }

    private void AddPath(Route route, double left, double top)
    {
        var path = new StringBuilder();
        foreach (var leg in route.Legs)
        {
            var (from, to, middle) = (left + leg.FromX, left + leg.ToX, top + ((leg.CurveTop + leg.CurveBottom) / 2));
            path.Append(CultureInfo.InvariantCulture, $"{(path.Length == 0 ? 'M' : 'L')}{from:0.#} {top + leg.Top:0.#}");
            if (leg == route.Legs[^1] && !route.LabelAtTarget)
                path.Append(
                    CultureInfo.InvariantCulture,
                    $"V{top + route.Label.Y - LabelAscent:0.#}M{from:0.#} {top + route.Label.Y + LabelDescent:0.#}"
                );
            if (Math.Abs(from - to) >= 0.5)
                path.Append(
                    CultureInfo.InvariantCulture,
                    $"V{top + leg.CurveTop:0.#}C{from:0.#} {middle:0.#} {to:0.#} {middle:0.#} {to:0.#} {top + leg.CurveBottom:0.#}"
                );
            if (leg == route.Legs[^1] && route.LabelAtTarget)
                path.Append(
                    CultureInfo.InvariantCulture,
                    $"V{top + route.Label.Y - LabelAscent:0.#}M{to:0.#} {top + route.Label.Y + LabelDescent:0.#}"
                );
            path.Append(CultureInfo.InvariantCulture, $"V{top + leg.Bottom:0.#}");
        }

        _svg.Append($"""<path class="edge{(route.Arrow.Bad ? " bad" : "")}{(route.Arrow.SizeOnly ? " like" : "")}" d="{path}"/>""");
    }

    private void AddBox(Box box, string around, double left, double top)
    {
        var (x, y) = (left + box.X, top + box.Y);
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"""<g><title>{Text.Escape(box.Name)}</title><rect class="{ClassOf(box)}" x="{x - (box.Width / 2):0.#}" y="{y:0.#}" """
                + $"""width="{box.Width:0.#}" height="{box.Height:0.#}" rx="7"/>"""
        );
        var (prefix, name) = Measures.NameOf(box, around);
        _svg.Append(CultureInfo.InvariantCulture, $"""<text class="name" text-anchor="middle" x="{x:0.#}" y="{y + 17:0.#}">""");
        if (prefix.Length > 0)
            _svg.Append($"""<tspan class="prefix">{Text.Escape(prefix)}</tspan>""");
        _svg.Append($"{Text.Escape(name)}</text>");
        AddText("kind", x, y + 32, Measures.KindOf(box));
        for (var i = 0; i < box.Reason.Count; i++)
            AddText(box.Is(Marks.Broken) ? "reason" : "when", x, y + Measures.BoxHeight + 8 + (i * Measures.LineHeight), box.Reason[i]);
        _svg.Append("</g>");
    }

    private static string ClassOf(Box box)
    {
        var style = new StringBuilder("box");
        foreach (var (mark, name) in Classes)
        {
            if (box.Is(mark))
                style.Append(' ').Append(name);
        }

        return style.ToString();
    }

    /// <summary>The later ones win, as the style sheet has them in this order.</summary>
    private static readonly (Marks Mark, string Name)[] Classes =
    [
        (Marks.Input, "input"),
        (Marks.Merge, "merge"),
        (Marks.Inserted, "inserted"),
        (Marks.Output, "output"),
        (Marks.Unknown, "unknown"),
        (Marks.Opaque, "opaque"),
        (Marks.OnPath, "on-path"),
        (Marks.Conditional, "condition"),
        (Marks.Blamed, "blamed"),
        (Marks.Broken, "broken"),
    ];

    private void AddText(string style, double x, double y, string text, string anchor = "middle")
    {
        var anchored = anchor == "start" ? "" : $" text-anchor=\"{anchor}\"";
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"""<text class="{style}"{anchored} x="{x:0.#}" y="{y:0.#}">{Text.Escape(text)}</text>"""
        );
    }
}
