using System.Globalization;
using System.Text;
using ConcatService.Pictures.Drawing;

namespace ConcatService.Pictures.Plotting;

/// <summary>A forest plot as an SVG 1.1 document without scripts: a point and an interval in each line, and a line at zero. Light and
/// dark.</summary>
public sealed class ForestSvg
{
    private const double Width = 960, Top = 62, RowHeight = 30, SmallText = 11, NormalText = 12;

    private const string Sheet = """
        text{font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:#1f2328}
        .ground{fill:#fff}
        .title{font-size:15px;font-weight:600}
        .small{font-size:11px;fill:#59636e}
        .grid{stroke:#d8dee4;stroke-width:1}
        .zero{stroke:#59636e;stroke-width:1.5;stroke-dasharray:4 3}
        .span{stroke:#1f6feb;stroke-width:2.5}
        .point{fill:#fff;stroke:#1f6feb;stroke-width:2.5}
        .sure{fill:#1f6feb}
        @media (prefers-color-scheme:dark){
        text{fill:#e6edf3}
        .ground{fill:#0d1117}
        .small{fill:#9198a1}
        .grid{stroke:#262c36}
        .zero{stroke:#9198a1}
        .span{stroke:#4a8df8}
        .point{fill:#0d1117;stroke:#4a8df8}
        .sure{fill:#4a8df8}
        }
        """;

    private readonly StringBuilder _svg = new(1 << 13);
    private readonly ForestPlot _plot;
    private readonly double _left, _right;
    private readonly AxisScale _scale;

    private ForestSvg(ForestPlot plot)
    {
        _plot = plot;
        _left = plot.Rows.Select(row => Text.Width(Text.Cut(row.Label, 40), NormalText)).DefaultIfEmpty().Max() + 32;
        _right = Width - plot.Rows.Select(row => Text.Width(row.Note, SmallText)).DefaultIfEmpty().Max() - 32;
        // Zero, and something on either side of it, are always there. The scale of a few values must not cut off the largest.
        var ends = plot.Rows.SelectMany(row => new[] { row.Value, row.Low, row.High }).OfType<double>().Where(double.IsFinite).ToList();
        var reach = ends.Count == 0 || ends.Max(Math.Abs) == 0 ? 1 : ends.Max(Math.Abs);
        var (low, high) = (ends.Append(-0.1 * reach).Min(), ends.Append(0.1 * reach).Max());
        _scale = AxisScale.Around([low, high, high], _left, _right);
    }

    public static string Draw(ForestPlot plot) => new ForestSvg(plot).Write();

    private string Write()
    {
        var bottom = Top + (Math.Max(1, _plot.Rows.Count) * RowHeight);
        var height = bottom + 58;
        Add(
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width:0} {height:0}" width="{Width:0}" height="{height:0}" role="img">
            """
        );
        Add($"""<title>{Text.Escape(_plot.Title)}</title><style>{Sheet}</style><rect class="ground" width="100%" height="100%"/>""");
        AddText("title", 16, 26, Text.Cut(_plot.Title, 100));
        foreach (var tick in _scale.Ticks())
        {
            Add($"""<path class="grid" d="M{_scale.At(tick):0.#} {Top - 10:0.#}V{bottom:0.#}"/>""");
            AddText("small", _scale.At(tick), bottom + 18, AxisScale.Written(tick), "middle");
        }

        Add($"""<path class="zero" d="M{_scale.At(0):0.#} {Top - 10:0.#}V{bottom:0.#}"/>""");
        for (var i = 0; i < _plot.Rows.Count; i++)
            AddRow(_plot.Rows[i], Top + (i * RowHeight) + 8);
        AddText("small", _left, bottom + 42, $"{_plot.Axis}; bars: 95 % interval; filled: significant after Holm's correction");
        return _svg.Append("</svg>").ToString();
    }

    private void AddRow(ForestRow row, double y)
    {
        AddText("label", _left - 16, y + 4, Text.Cut(row.Label, 40), "end");
        AddText("small", _right + 16, y + 4, row.Note);
        if (row is { Low: { } low, High: { } high })
            Add($"""<path class="span" d="M{_scale.Inside(low):0.#} {y:0.#}H{_scale.Inside(high):0.#}"/>""");
        if (row.Value is { } value)
            Add($"""<circle class="point{(row.IsSure ? " sure" : "")}" cx="{_scale.Inside(value):0.#}" cy="{y:0.#}" r="5"/>""");
    }

    private void AddText(string style, double x, double y, string text, string anchor = "start") =>
        Add($"""<text class="{style}" x="{x:0.#}" y="{y:0.#}" text-anchor="{anchor}">{Text.Escape(text)}</text>""");

    private void Add(FormattableString part) => _svg.Append(part.ToString(CultureInfo.InvariantCulture));
}
