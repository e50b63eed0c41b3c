namespace ConcatService.Pictures.Drawing;

/// <summary>
/// <see cref="Diagram"/> -> <see cref="Arranged"/>: sizes, rows, places, the ways of the arrows and where their labels stand, so that no
/// two overlap.
/// </summary>
internal sealed class Arrangement
{
    private readonly Diagram _diagram;
    private readonly string _around;
    private readonly LayeredLayout _layout = new();
    private readonly Dictionary<Item, LayeredLayout.Node> _nodeOf = [];
    private readonly List<Wire> _wires = [];

    private Arrangement(Diagram diagram, string around)
    {
        _diagram = diagram;
        _around = around;
    }

    /// <summary>An arrow on its way to becoming a <see cref="Route"/>.</summary>
    private sealed class Wire(Arrow arrow, LayeredLayout.Link link)
    {
        public Arrow Arrow => arrow;

        public LayeredLayout.Link Link => link;

        public double LabelWidth { get; } = Measures.LabelWidth(arrow);

        /// <summary>Whether the label stands above the target, and not below the last point before it.</summary>
        public bool LabelAtTarget { get; set; }

        /// <summary>Where it leaves its source and reaches its target, from their middle.</summary>
        public double FromOffset { get; set; }

        /// <inheritdoc cref="FromOffset"/>
        public double ToOffset { get; set; }
    }

    /// <param name="around">What every name begins with, and the frame around says already.</param>
    /// <returns>Null where there are too many arrows to follow.</returns>
    public static Arranged? Of(Diagram diagram, string around = "") => new Arrangement(diagram, around).Run();

    private Arranged? Run()
    {
        foreach (var item in _diagram.InOrder()!)
        {
            if (!SetSize(item))
                return null;
            _nodeOf[item] = _layout.AddNode();
        }

        foreach (var arrow in _diagram.Arrows)
        {
            var (fromOffset, toOffset) = (
                (arrow.From as Frame)?.OffsetOf(arrow.FromDot!) ?? 0,
                (arrow.To as Frame)?.OffsetOf(arrow.ToDot!) ?? 0
            );
            _wires.Add(new(arrow, _layout.AddLink(_nodeOf[arrow.From], _nodeOf[arrow.To], fromOffset, toOffset, arrow.SizeOnly ? 0.1 : 1)));
        }

        if (!_layout.AssignRows(Measures.Bend))
            return null;
        ReserveRoom();
        var width = _layout.Place(Measures.Gap);
        foreach (var (item, node) in _nodeOf)
            item.X = node.X;
        SetPorts();
        var rows = new Rows(_nodeOf.Select(pair => (pair.Value.Row, pair.Key.Height)), _wires.SelectMany(Crossings));
        foreach (var (item, node) in _nodeOf)
            item.Y = rows.Top(node.Row);
        return new(_diagram, [.. _wires.Select(wire => RouteOf(wire, rows))], width, rows.Height, _around);
    }

    private bool SetSize(Item item)
    {
        if (item is Frame frame)
        {
            if (Of(frame.Inside, $"{frame.Name}/0/") is not { } inside)
                return false;
            frame.Hold(inside, Text.Width(Measures.TitleOf(frame, _around), Measures.NameSize, bold: true));
        }
        else
        {
            (item.Width, item.Height) = item is Box box ? Measures.SizeOf(box, _around) : (Measures.DotSize, Measures.DotSize);
        }

        return true;
    }

    /// <summary>
    /// A label stands where only its own arrow is: above a target that has no other, or below the last point before a target that has.
    /// </summary>
    private void ReserveRoom()
    {
        foreach (var (item, node) in _nodeOf)
            node.Width = item.Width;
        var leaving = _wires.CountBy(wire => wire.Link.From).ToDictionary();
        foreach (var into in _wires.GroupBy(wire => wire.Link.To))
        {
            var joins = into.Count() > 1;
            var taken = 0.0;
            foreach (var wire in into)
            {
                var before = wire.Link.Points[^2];
                wire.LabelAtTarget = !joins || (before == wire.Link.From && leaving[before] > 1);
                taken += wire.LabelAtTarget ? wire.LabelWidth : Measures.Bend;
                if (!wire.LabelAtTarget)
                    before.Width = Math.Max(before.Width, wire.LabelWidth);
            }

            if (joins && into.First().Arrow.To is Box box)
                box.Width = Math.Max(box.Width, taken);
            into.Key.Width = Math.Max(into.Key.Width, taken);
        }
    }

    private void SetPorts()
    {
        foreach (var into in _wires.GroupBy(wire => wire.Arrow.To))
        {
            var widths = into.OrderBy(wire => wire.Link.Points[^2].X)
                .Select(wire => (Wire: wire, Width: wire.LabelAtTarget ? wire.LabelWidth : Measures.Bend))
                .ToList();
            var x = -widths.Sum(each => each.Width) / 2;
            foreach (var (wire, width) in widths)
            {
                wire.ToOffset = into.Key switch { Frame => wire.Link.ToOffset, Dot => 0, _ => x + (width / 2) };
                x += width;
            }
        }

        foreach (var outOf in _wires.GroupBy(wire => wire.Arrow.From))
        {
            var ordered = outOf.OrderBy(wire => wire.Link.Points[1].X).ToList();
            var step = Math.Min(Measures.Bend, (outOf.Key.Width - 16) / Math.Max(1, ordered.Count - 1));
            for (var i = 0; i < ordered.Count; i++)
                ordered[i].FromOffset = outOf.Key switch
                {
                    Frame => ordered[i].Link.FromOffset,
                    Dot => 0,
                    _ => (i - ((ordered.Count - 1) / 2.0)) * step,
                };
        }
    }

    private static double XOf(Wire wire, int point) =>
        wire.Link.Points[point].X + (point == 0 ? wire.FromOffset : point == wire.Link.Points.Count - 1 ? wire.ToOffset : 0);

    /// <summary>What the spaces between rows have to hold.</summary>
    private static IEnumerable<Rows.Crossing> Crossings(Wire wire)
    {
        var points = wire.Link.Points;
        for (var i = 0; i + 1 < points.Count; i++)
        {
            var isLast = i + 2 == points.Count;
            yield return new(
                points[i].Row,
                Math.Abs(XOf(wire, i + 1) - XOf(wire, i)),
                isLast && !wire.LabelAtTarget,
                isLast && wire.LabelAtTarget
            );
        }
    }

    private static Route RouteOf(Wire wire, Rows rows)
    {
        var points = wire.Link.Points;
        var legs = new List<Route.Leg>();
        for (var i = 0; i + 1 < points.Count; i++)
        {
            var (from, to) = (points[i].Row, points[i + 1].Row);
            var top = i == 0 ? wire.Arrow.From.Y + wire.Arrow.From.Height : rows.Top(from);
            legs.Add(new(XOf(wire, i), XOf(wire, i + 1), top, rows.CurveTop(from), rows.CurveBottom(from), rows.Top(to)));
        }

        var label = wire.LabelAtTarget ? (legs[^1].ToX, legs[^1].Bottom - 6) : (legs[^1].FromX, rows.Bottom(points[^2].Row) + 12);
        return new(wire.Arrow, legs) { Label = label, LabelAtTarget = wire.LabelAtTarget };
    }
}
