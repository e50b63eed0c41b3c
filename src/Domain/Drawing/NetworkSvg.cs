using System.Globalization;
using System.Net;
using System.Text;
using ConcatService.Domain.Graphs;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Drawing;

/// <summary>A compiled network as a picture: a box for each layer, the shape on every edge, and what does not fit in red with the reason. Light and dark.</summary>
public sealed class NetworkSvg
{
    private const double RowHeight = 76, BoxHeight = 40, Margin = 24, CharacterWidth = 7.2, Gap = 28, LineHeight = 16;
    private const int ReasonColumns = 64;

    /// <summary>What a person can still follow, several times over, and what is drawn within a second.</summary>
    private const int MostBoxes = 2000, MostArrows = 5000;

    private const string Style = """
        .box{fill:#fff;stroke:#8a94a6;stroke-width:1.2}.input{fill:#eef2f7}.output{stroke:#1f6feb;stroke-width:2}.merge{fill:#e8f1ff;stroke:#1f6feb;stroke-width:1.6}
        .broken{fill:#ffebe9;stroke:#cf222e;stroke-width:2.2}.blamed{stroke:#cf222e;stroke-width:1.8;stroke-dasharray:5 3}.unknown{stroke-dasharray:3 3;opacity:.55}
        .edge{fill:none;stroke:#8a94a6;stroke-width:1.3}.edge.bad{stroke:#cf222e;stroke-width:1.8}.edge.like{stroke-dasharray:2 4}.name{font-weight:600;fill:#1f2328}.kind{fill:#59636e}.shape{fill:#59636e;font-size:11px}
        .shape.bad{fill:#cf222e;font-weight:600}.reason{fill:#cf222e}.halo{stroke:#fff;stroke-width:4;paint-order:stroke}
        text{font:12px ui-sans-serif,system-ui,"Segoe UI","DejaVu Sans",sans-serif}
        @media (prefers-color-scheme:dark){.box{fill:#161b22;stroke:#768390}.input{fill:#21262d}.merge{fill:#122540;stroke:#4a8df8}.output{stroke:#4a8df8}.broken{fill:#3d1417;stroke:#ff7b72}.blamed{stroke:#ff7b72}
        .edge{stroke:#768390}.edge.bad{stroke:#ff7b72}.name{fill:#e6edf3}.kind,.shape{fill:#9198a1}.shape.bad,.reason{fill:#ff7b72}.halo{stroke:#0d1117}}
        """;

    private readonly Compilation _compiled;
    private readonly LayeredLayout _layout = new();
    private readonly Dictionary<string, Box> _boxOf = [];
    private readonly List<Box> _boxes = [];

    private NetworkSvg(Compilation compiled) => _compiled = compiled;

    /// <summary>A standalone SVG document.</summary>
    public static string Draw(Compilation compiled) => new NetworkSvg(compiled).Run();

    private sealed class Box(string name, string kind, string style, LayeredLayout.Node node)
    {
        public string Name => name;

        public string Kind { get; set; } = kind;

        public string Style { get; set; } = style;

        public LayeredLayout.Node Node => node;

        public string? Reason { get; set; }
    }

    private string Run()
    {
        foreach (var input in _compiled.Graph.Inputs)
            _boxOf[input.Name] = AddBox(input.Name, input.Shape.DType == DType.Int64 ? "input, int64" : "input", "input", input.Name.Length);
        AddLayers();
        Mark();
        if (_boxes.Count > MostBoxes || Edges() is not { } edges || _layout.Place([.. edges.Select(edge => (edge.From.Node, edge.To.Node)).Distinct()], Gap, Gap) is not var (routed, width, rows))
            return TooLarge();
        return Write(edges, routed, width, rows);
    }

    private string TooLarge() => string.Create(CultureInfo.InvariantCulture,
        $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 64" width="560" height="64" role="img"><title>{Escape(_compiled.Spec.Name ?? "network")}</title><style>{Style}</style><text class="name" x="24" y="37">{_compiled.Planned.Rows.Count:N0} layers are too many, or too closely wired, to be drawn.</text></svg>""");

    // A layer and what it expands into (its norm, its activation, a composite's parts) are one box.
    private void AddLayers()
    {
        var rows = _compiled.Planned.Rows;
        var paths = rows.Select(row => row.Layer).GroupBy(layer => layer.Name).ToDictionary(group => group.Key, group => group.First().Path);
        var groups = new Dictionary<string, List<LayerRow>>();
        foreach (var row in rows)
        {
            var name = row.Layer.Name;
            var slash = name.LastIndexOf('/');
            if (slash > 0 && paths.TryGetValue(name[..slash], out var owner) && ReferenceEquals(owner, row.Layer.Path))
                name = name[..slash];
            if (!groups.TryGetValue(name, out var group))
                groups[name] = group = [];
            group.Add(row);
        }

        foreach (var (name, group) in groups)
        {
            var kind = string.Join(" · ", group.Select(row => Label(row.Layer.Operator)).Distinct().Take(4));
            var style = group[^1].Output is null ? "unknown" : group.Any(row => row.Layer.Operator is IMerge) ? "merge" : "";
            var box = AddBox(name, kind, style, Math.Max(name.Length, kind.Length));
            foreach (var row in group)
                _boxOf[row.Layer.Name] = box;
        }
    }

    private static string Label(Operator op) => op switch
    {
        Operators.Conv conv => $"{op.Kind} {Window(conv.KernelSize)}{(conv.Stride.ToString() == "1" ? "" : $" /{conv.Stride}")}",
        _ => op.Kind,
    };

    private static string Window(Specs.Extent kernel) => kernel.Count is null ? $"{kernel}x{kernel}" : kernel.ToString();

    private void Mark()
    {
        foreach (var output in _compiled.Graph.Outputs)
        {
            if (_boxOf.TryGetValue(output.Wire.Source, out var box))
                box.Style += " output";
        }

        foreach (var found in _compiled.Report.Diagnostics.Where(found => found.Severity == Severity.Error && found.Layer is not null))
        {
            if (!_boxOf.TryGetValue(found.Layer!, out var box))
                continue;
            box.Style = "broken";
            box.Reason ??= found.Message;
            if (found.Cause?.Layer is { } blamed && blamed != found.Layer && _boxOf.TryGetValue(blamed, out var cause))
                cause.Style += " blamed";
        }
    }

    private Box AddBox(string name, string kind, string style, int characters)
    {
        var box = new Box(name, kind, style, _layout.AddNode(Math.Max(72, (characters * CharacterWidth) + 20)));
        _boxes.Add(box);
        return box;
    }

    /// <summary>Null where there are too many.</summary>
    private List<Arrow>? Edges()
    {
        var arrows = new List<Arrow>();
        var known = new HashSet<(Box From, Box To, Wire Wire)>();
        foreach (var row in _compiled.Planned.Rows)
        {
            for (var i = 0; i < row.Layer.Inputs.Length; i++)
            {
                var wire = row.Layer.Inputs[i];
                if (_boxOf.TryGetValue(wire.Source, out var from) && _boxOf[row.Layer.Name] is var to && from != to && known.Add((from, to, wire)))
                    arrows.Add(new(from, to, wire, _compiled.Planned.Shapes.GetValueOrDefault(wire), row.Layer.Operator.Like is not null && i == row.Layer.Inputs.Length - 1));
            }
        }

        return arrows.Count <= MostArrows ? arrows : null;
    }

    /// <param name="SizeOnly">Whether the target takes the source's size and not its values (<c>{ "like": … }</c>).</param>
    private sealed record Arrow(Box From, Box To, Wire Wire, Shape? Shape, bool SizeOnly);

    private string Write(List<Arrow> arrows, IReadOnlyList<LayeredLayout.Edge> routed, double width, int rows)
    {
        var reasons = _boxes.Where(box => box.Reason is not null).Select(box => (Box: box, Lines: Wrap(box.Reason!))).ToList();
        var reasonHeight = reasons.Sum(reason => (reason.Lines.Count * LineHeight) + 8);
        var fullWidth = Math.Max(width, reasons.Count > 0 ? ReasonColumns * CharacterWidth * 0.92 : 0) + (2 * Margin);
        var height = (2 * Margin) + ((rows - 1) * RowHeight) + BoxHeight + (reasonHeight > 0 ? reasonHeight + 16 : 0);
        var shift = (fullWidth - width) / 2;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {fullWidth:0} {height:0}" width="{fullWidth:0}" height="{height:0}" role="img"><title>{Escape(_compiled.Spec.Name ?? "network")}</title><style>{Style}</style>""");
        var routeOf = routed.ToDictionary(edge => (edge.From, edge.To));
        foreach (var arrow in arrows)
            WriteArrow(svg, arrow, routeOf[(arrow.From.Node, arrow.To.Node)], shift);
        foreach (var box in _boxes)
            WriteBox(svg, box, shift);
        var y = (2 * Margin) + ((rows - 1) * RowHeight) + BoxHeight + 4;
        foreach (var (_, lines) in reasons)
        {
            foreach (var line in lines)
                svg.Append(CultureInfo.InvariantCulture, $"""<text class="reason" x="{Margin:0}" y="{y += LineHeight:0}">{Escape(line)}</text>""");
            y += 8;
        }

        return svg.Append("</svg>").ToString();
    }

    private static void WriteArrow(StringBuilder svg, Arrow arrow, LayeredLayout.Edge edge, double shift)
    {
        var bad = arrow.To.Style == "broken" ? " bad" : "";
        var like = arrow.SizeOnly ? " like" : "";
        var path = new StringBuilder();
        for (var i = 0; i < edge.Points.Count; i++)
        {
            var (x, top) = (edge.Points[i].X + shift, Margin + (edge.Points[i].Row * RowHeight));
            if (i == 0)
            {
                path.Append(CultureInfo.InvariantCulture, $"M{x:0.#} {top + BoxHeight:0.#}");
                continue;
            }

            var (fromX, fromY) = (edge.Points[i - 1].X + shift, Margin + (edge.Points[i - 1].Row * RowHeight) + BoxHeight);
            var middle = (fromY + top) / 2;
            path.Append(CultureInfo.InvariantCulture, $"C{fromX:0.#} {middle:0.#} {x:0.#} {middle:0.#} {x:0.#} {top:0.#}");
            if (i < edge.Points.Count - 1)
                path.Append(CultureInfo.InvariantCulture, $"V{top + BoxHeight:0.#}");
        }

        svg.Append(CultureInfo.InvariantCulture, $"""<path class="edge{bad}{like}" d="{path}"/>""");
        var (labelX, labelY) = ((edge.Points[^1].X + (edge.Points[^2].X * 2)) / 3 + shift, Margin + (edge.Points[^2].Row * RowHeight) + BoxHeight + 16);
        svg.Append(CultureInfo.InvariantCulture, $"""<text class="shape halo{bad}" text-anchor="middle" x="{labelX:0.#}" y="{labelY:0.#}">{Escape((arrow.SizeOnly ? "like " : "") + (arrow.Shape?.Sizes.Replace('x', '×') ?? "?"))}</text>""");
    }

    private static void WriteBox(StringBuilder svg, Box box, double shift)
    {
        var (x, y) = (box.Node.X + shift, Margin + (box.Node.Row * RowHeight));
        svg.Append(CultureInfo.InvariantCulture, $"""<rect class="box {box.Style}" x="{x - (box.Node.Width / 2):0.#}" y="{y:0.#}" width="{box.Node.Width:0.#}" height="{BoxHeight}" rx="7"/>""");
        svg.Append(CultureInfo.InvariantCulture, $"""<text class="name" text-anchor="middle" x="{x:0.#}" y="{y + 17:0.#}">{Escape(box.Name)}</text><text class="kind" text-anchor="middle" x="{x:0.#}" y="{y + 32:0.#}">{Escape(box.Kind)}</text>""");
    }

    private static List<string> Wrap(string text)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            if (lines[^1].Length > 0 && lines[^1].Length + word.Length >= ReasonColumns)
                lines.Add("");
            lines[^1] += (lines[^1].Length > 0 ? " " : "") + word;
        }

        return lines;
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
