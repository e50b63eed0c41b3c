namespace ConcatService.Domain.Drawing;

/// <summary>Places the nodes of an acyclic graph in rows, each below its inputs, with few crossings (Sugiyama's method: rows by longest path, order by barycentres).</summary>
public sealed class LayeredLayout
{
    private const int Sweeps = 8;

    /// <summary>Rows that all edges together pass; more is a black square, and takes seconds.</summary>
    private const long MostBends = 100_000;

    private readonly List<Node> _nodes = [];

    /// <summary>A node, or a bend of an edge that passes a row (<see cref="Width"/> is small then).</summary>
    public sealed class Node(double width)
    {
        internal readonly List<Node> Above = [], Below = [];

        public double Width { get; } = width;

        public int Row { get; internal set; }

        /// <summary>The middle, in pixels from the left.</summary>
        public double X { get; internal set; }
    }

    /// <summary>The bends of an edge, from its source to its target, both included.</summary>
    public sealed record Edge(Node From, Node To, IReadOnlyList<Node> Points);

    public Node AddNode(double width)
    {
        var node = new Node(width);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Places everything.</summary>
    /// <param name="edges">Source and target; sources come before their targets in the order in which the nodes were added.</param>
    /// <param name="gap">Pixels between two nodes of a row.</param>
    /// <param name="bend">The width that a passing edge takes in a row.</param>
    /// <returns>The edges with their bends, the width in pixels, and the number of rows; null where there are too many edges to follow.</returns>
    public (IReadOnlyList<Edge> Edges, double Width, int Rows)? Place(IReadOnlyList<(Node From, Node To)> edges, double gap, double bend)
    {
        var inputs = edges.ToLookup(edge => edge.To, edge => edge.From);
        foreach (var node in _nodes)
            node.Row = inputs[node].Select(from => from.Row + 1).DefaultIfEmpty(0).Max();
        if (edges.Sum(edge => (long)edge.To.Row - edge.From.Row) > MostBends)
            return null;
        var routed = edges.Select(edge => Route(edge.From, edge.To, bend)).ToList();
        var rows = _nodes.GroupBy(node => node.Row).OrderBy(row => row.Key).Select(row => row.ToList()).ToList();
        foreach (var row in rows)
            Pack(row, gap);
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            for (var i = 1; i < rows.Count; i++)
                Arrange(rows[i], node => node.Above, gap);
            for (var i = rows.Count - 2; i >= 0; i--)
                Arrange(rows[i], node => node.Below, gap);
        }

        for (var i = 1; i < rows.Count; i++)
            Arrange(rows[i], node => node.Above, gap);
        var left = _nodes.Min(node => node.X - (node.Width / 2));
        foreach (var node in _nodes)
            node.X -= left;
        return (routed, _nodes.Max(node => node.X + (node.Width / 2)), rows.Count);
    }

    private Edge Route(Node from, Node to, double bend)
    {
        var points = new List<Node> { from };
        for (var row = from.Row + 1; row < to.Row; row++)
        {
            var point = AddNode(bend);
            point.Row = row;
            points.Add(point);
        }

        points.Add(to);
        for (var i = 1; i < points.Count; i++)
        {
            points[i - 1].Below.Add(points[i]);
            points[i].Above.Add(points[i - 1]);
        }

        return new(from, to, points);
    }

    private static void Pack(List<Node> row, double gap)
    {
        var x = 0.0;
        foreach (var node in row)
        {
            node.X = x + (node.Width / 2);
            x += node.Width + gap;
        }
    }

    // Every node moves below (or above) the middle of its neighbours; where two want one place they share the push.
    private static void Arrange(List<Node> row, Func<Node, List<Node>> neighbours, double gap)
    {
        var wished = row.ToDictionary(node => node, node => neighbours(node) is { Count: > 0 } near ? near.Average(other => other.X) : node.X);
        row.Sort((a, b) => wished[a] != wished[b] ? wished[a].CompareTo(wished[b]) : a.X.CompareTo(b.X));
        var blocks = new List<(int First, int Count, double Shift)>();
        var offset = 0.0;
        var offsets = new double[row.Count];
        for (var i = 0; i < row.Count; i++)
        {
            if (i > 0)
                offset += ((row[i - 1].Width + row[i].Width) / 2) + gap;
            offsets[i] = offset;
            blocks.Add((i, 1, wished[row[i]] - offset));
            while (blocks.Count > 1 && blocks[^2].Shift > blocks[^1].Shift)
            {
                var (first, count, shift) = blocks[^2];
                var merged = ((shift * count) + (blocks[^1].Shift * blocks[^1].Count)) / (count + blocks[^1].Count);
                count += blocks[^1].Count;
                blocks.RemoveRange(blocks.Count - 2, 2);
                blocks.Add((first, count, merged));
            }
        }

        foreach (var (first, count, shift) in blocks)
        {
            for (var i = first; i < first + count; i++)
                row[i].X = offsets[i] + shift;
        }
    }
}
