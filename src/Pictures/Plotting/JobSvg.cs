using System.Globalization;
using System.Text;
using ConcatService.Pictures.Drawing;

namespace ConcatService.Pictures.Plotting;

/// <summary>
/// A job's curves and the heat map of its branches as an SVG 1.1 document without scripts: all over one axis of steps, so that what
/// happened at once stands in one column. Light and dark.
/// </summary>
public sealed class JobSvg
{
    private const double Width = 960, Top = 44, ChartHeight = 170, Gap = 52, RowHeight = 17, Left = 64, Right = 24, SmallText = 11;

    private const string Sheet = """
        text{font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:#1f2328}
        .ground{fill:#fff}
        .title{font-size:15px;font-weight:600}
        .head{font-weight:600}
        .small{font-size:11px;fill:#59636e}
        .grid{stroke:#d8dee4;stroke-width:1}
        .axis{fill:none;stroke:#8a94a6;stroke-width:1}
        rect{shape-rendering:crispEdges}
        .line{fill:none;stroke-width:2;stroke-linejoin:round}
        .each{fill:none;stroke-width:1;opacity:.3}
        .train{stroke:#1f6feb}
        .validation{stroke:#bc4c00}
        .dot{stroke:none}
        .dot.train{fill:#1f6feb}
        .dot.validation{fill:#bc4c00}
        .none{fill:#eaeef2}
        .note{font-size:11px;font-weight:600;fill:#a40e26}
        .frame{fill:none;stroke:#8a94a6}
        @media (prefers-color-scheme:dark){
        text{fill:#e6edf3}
        .ground{fill:#0d1117}
        .small{fill:#9198a1}
        .grid{stroke:#262c36}
        .axis,.frame{stroke:#768390}
        .train{stroke:#4a8df8}
        .validation{stroke:#f0883e}
        .dot.train{fill:#4a8df8}
        .dot.validation{fill:#f0883e}
        .none{fill:#21262d}
        .note{fill:#ffa198}
        }
        """;

    private readonly StringBuilder _svg = new(1 << 15);
    private readonly JobPlot _plot;
    private readonly double _left, _right;
    private readonly AxisScale _steps;

    private JobSvg(JobPlot plot)
    {
        _plot = plot;
        var rows = plot.Heat?.Rows ?? [];
        _left = Math.Max(Left, rows.Select(row => Text.Width(Label(row), SmallText) + 16).DefaultIfEmpty().Max());
        _right =
            Width
            - Math.Max(
                Right,
                rows.Select(row => row.Note is null ? 0 : Text.Width(row.Note, SmallText, bold: true) + 20).DefaultIfEmpty().Max()
            );
        _steps = new(0, plot.Steps, _left, _right);
    }

    public static string Draw(JobPlot plot) => new JobSvg(plot).Write();

    private string Write()
    {
        var heat = _plot.Heat is { Rows.Count: > 0 } map ? map : null;
        var heatTop = Top + (_plot.Charts.Count * (ChartHeight + Gap));
        var height = heat is null ? heatTop + 8 : heatTop + (heat.Rows.Count * RowHeight) + 106;
        Add(
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width:0} {height:0}" width="{Width:0}" height="{height:0}" role="img">
            """
        );
        Add($"""<title>{Text.Escape(_plot.Title)}</title><style>{Sheet}</style><rect class="ground" width="100%" height="100%"/>""");
        AddText("title", 16, 26, Text.Cut(_plot.Title, 100));
        for (var i = 0; i < _plot.Charts.Count; i++)
            AddChart(_plot.Charts[i], Top + (i * (ChartHeight + Gap)) + 26);
        if (heat is not null)
            AddHeat(heat, heatTop + 26);
        return _svg.Append("</svg>").ToString();
    }

    private void AddChart(Chart chart, double top)
    {
        var bottom = top + ChartHeight - 20;
        var values = AxisScale.Around(chart.Curves.SelectMany(curve => curve.Points.Select(point => point.Value)), bottom, top);
        AddText("head", _left, top - 10, chart.Title);
        foreach (var tick in values.Ticks())
        {
            Add($"""<path class="grid" d="M{_left:0.#} {values.At(tick):0.#}H{_right:0.#}"/>""");
            AddText("small", _left - 8, values.At(tick) + 4, AxisScale.Written(tick), "end");
        }

        AddSteps(bottom, top);
        var place = _right;
        foreach (var curve in chart.Curves.Reverse())
        {
            AddCurve(curve, values);
            place -= Text.Width(curve.Label, SmallText);
            AddText("small", place, top - 10, curve.Label);
            Add($"""<path class="line {curve.Style}" d="M{place - 26:0.#} {top - 14:0.#}h20"/>""");
            place -= 44;
        }
    }

    /// <summary>Every point thin where they are many, and their running mean over them.</summary>
    private void AddCurve(Curve curve, AxisScale values)
    {
        var points = curve.Points.Where(point => double.IsFinite(point.Value)).ToList();
        if (points.Count == 0)
            return;
        Add($"""<path class="{(curve.Dots ? "line" : "each")} {curve.Style}" d="{Path(points, values)}"/>""");
        if (curve.Dots)
        {
            foreach (var point in points)
                Add(
                    $"""<circle class="dot {curve.Style}" cx="{_steps.At(point.Step):0.#}" cy="{values.Inside(point.Value):0.#}" r="3"/>"""
                );
            return;
        }

        Add($"""<path class="line {curve.Style}" d="{Path(Smoothed(points), values)}"/>""");
    }

    private string Path(IEnumerable<Point> points, AxisScale values)
    {
        var path = new StringBuilder();
        foreach (var point in points)
            path.Append(
                CultureInfo.InvariantCulture,
                $"{(path.Length == 0 ? 'M' : 'L')}{_steps.At(point.Step):0.#} {values.Inside(point.Value):0.#}"
            );
        return path.ToString();
    }

    /// <summary>The mean of the points around each, a thirtieth of them.</summary>
    private static IEnumerable<Point> Smoothed(List<Point> points)
    {
        var reach = points.Count / 60;
        for (var i = 0; i < points.Count; i++)
        {
            var (from, to) = (Math.Max(0, i - reach), Math.Min(points.Count - 1, i + reach));
            yield return points[i] with { Value = points.GetRange(from, to - from + 1).Average(point => point.Value) };
        }
    }

    private void AddHeat(HeatMap map, double top)
    {
        var bottom = top + (map.Rows.Count * RowHeight);
        AddText("head", _left, top - 10, map.Title);
        var drawn = map
            .Rows.SelectMany(row => row.Points.Select(point => point.Value))
            .Where(value => double.IsFinite(value) && (value > 0 || !map.Logarithmic))
            .ToList();
        var (low, high) =
            !map.Logarithmic ? (0.0, 1.0)
            : drawn.Count == 0 ? (-1.0, 0.0)
            : (Math.Floor(Math.Log10(drawn.Min())), Math.Ceiling(Math.Log10(drawn.Max())));
        high = Math.Max(high, low + 1);
        for (var i = 0; i < map.Rows.Count; i++)
        {
            var (row, y) = (map.Rows[i], top + (i * RowHeight));
            AddText("small", _left - 8, y + 12.5, Label(row), "end");
            Add($"""<rect class="none" x="{_left:0.#}" y="{y + 1:0.#}" width="{_right - _left:0.#}" height="{RowHeight - 2:0.#}"/>""");
            AddCells(row, y, value => ((map.Logarithmic ? Math.Log10(value) : value) - low) / (high - low), map.Logarithmic);
            if (row.Note is { } note)
                AddText("note", _right + 8, y + 12.5, note);
        }

        AddSteps(bottom, top);
        AddText(
            "small",
            _left,
            bottom + 34,
            string.Create(
                CultureInfo.InvariantCulture,
                $"step; an empty cell is zero or not sampled{(map.Left > 0 ? $"; {map.Left} more branches are not drawn" : "")}"
            )
        );
        AddLegend(map.Logarithmic, low, high, bottom + 40);
    }

    /// <summary>A cell lasts until the next sample; what is zero stays empty where colors are logarithms.</summary>
    private void AddCells(HeatRow row, double y, Func<double, double> share, bool logarithmic)
    {
        var points = row.Points.Where(point => double.IsFinite(point.Value)).ToList();
        for (var i = 0; i < points.Count; i++)
        {
            if (logarithmic && points[i].Value <= 0)
                continue;
            var from = _steps.At(points[i].Step);
            var to =
                i + 1 < points.Count
                    ? _steps.At(points[i + 1].Step)
                    : Math.Min(_right, from + (points.Count > 1 ? from - _steps.At(points[i - 1].Step) : 6));
            var (color, width) = (HeatColors.At(share(points[i].Value)), Math.Max(1, to - from + 0.3));
            Add($"""<rect fill="{color}" x="{from:0.#}" y="{y + 1:0.#}" width="{width:0.#}" height="{RowHeight - 2:0.#}"/>""");
        }
    }

    private void AddLegend(bool logarithmic, double low, double high, double top)
    {
        const int steps = 64;
        const double width = 220;
        var left = _right - width;
        for (var i = 0; i < steps; i++)
        {
            var (color, x) = (HeatColors.At((i + 0.5) / steps), left + (i * width / steps));
            Add($"""<rect fill="{color}" x="{x:0.#}" y="{top:0.#}" width="{(width / steps) + 0.3:0.#}" height="10"/>""");
        }
        Add($"""<rect class="frame" x="{left:0.#}" y="{top:0.#}" width="{width:0.#}" height="10"/>""");
        foreach (var part in (double[])[0, 0.5, 1])
        {
            var value = low + (part * (high - low));
            AddText(
                "small",
                left + (part * width),
                top + 24,
                logarithmic ? AxisScale.Written(Math.Pow(10, value)) : AxisScale.Written(value),
                part == 0 ? "start"
                    : part == 1 ? "end"
                    : "middle"
            );
        }
    }

    private void AddSteps(double bottom, double top)
    {
        Add($"""<path class="axis" d="M{_left:0.#} {top:0.#}V{bottom:0.#}H{_right:0.#}"/>""");
        foreach (var tick in new AxisScale(0, _plot.Steps, _left, _right).Ticks().Where(tick => tick == Math.Floor(tick)))
            AddText("small", _steps.At(tick), bottom + 16, AxisScale.Written(tick), "middle");
    }

    private static string Label(HeatRow row) => Text.Cut($"{row.Group} · {row.Label}", 40);

    private void AddText(string style, double x, double y, string text, string anchor = "start") =>
        Add($"""<text class="{style}" text-anchor="{anchor}" x="{x:0.#}" y="{y:0.#}">{Text.Escape(text)}</text>""");

    private void Add(FormattableString svg) => _svg.Append(svg.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
