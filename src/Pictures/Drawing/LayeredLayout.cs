namespace ConcatService.Pictures.Drawing;

/// <summary>
/// Places the nodes of an acyclic graph in rows, each below its inputs, with few crossings (Sugiyama's method: rows by longest path, order
/// by barycenters).
/// </summary>
internal sealed class LayeredLayout
{
    private const int Sweeps = 8;

    /// <summary>Rows that all links together pass; more is a black square, and takes seconds.</summary>
    private const long MostBends = 100_000;

    private readonly List<Node> _nodes = [];
    private readonly List<Link> _links = [];

    /// <summary>A node, or a bend of a link that passes a row.</summary>
    public sealed class Node
    {
        /// <summary>What it is wired to in the next row.</summary>
        internal readonly List<Neighbor> Above = [], Below = [];

        /// <summary>Pixels that nothing else of its row may take.</summary>
        public double Width { get; set; }

        public int Row { get; internal set; }

        /// <summary>The middle, in pixels from the left.</summary>
        public double X { get; internal set; }

        /// <summary>Where it would stand if it were alone in its row.</summary>
        internal double Wish { get; set; }
    }

    /// <summary>The other end of a wire to the next row.</summary>
    /// <param name="Shift">How far right of the other one stands when the wire is straight.</param>
    /// <param name="Weight">How much it matters that the wire is straight.</param>
    internal readonly record struct Neighbor(Node Node, double Shift, double Weight)
    {
        /// <summary>Where a node stands best for all that it is wired to; null when it is not.</summary>
        public static double? Middle(List<Neighbor> neighbors)
        {
            var (sum, weights) = (0.0, 0.0);
            foreach (var (node, shift, weight) in neighbors)
                (sum, weights) = (sum + (weight * (node.X + shift)), weights + weight);
            return weights > 0 ? sum / weights : null;
        }
    }

    /// <summary>A wire from one node to another further down.</summary>
    /// <param name="FromOffset">How far right of the source's middle it begins.</param>
    /// <param name="ToOffset">How far right of the target's middle it ends.</param>
    /// <param name="Weight">How much it matters that it is straight.</param>
    public sealed record Link(Node From, Node To, double FromOffset, double ToOffset, double Weight)
    {
        /// <summary>The nodes that it goes through, its ends included.</summary>
        public List<Node> Points { get; } = [];
    }

    public Node AddNode()
    {
        var node = new Node();
        _nodes.Add(node);
        return node;
    }

    /// <summary>Sources come before their targets, in the order in which the nodes were added.</summary>
    public Link AddLink(Node from, Node to, double fromOffset, double toOffset, double weight)
    {
        var link = new Link(from, to, fromOffset, toOffset, weight);
        _links.Add(link);
        return link;
    }

    /// <summary>Gives every node its row, and every link a bend in each row that it passes.</summary>
    /// <param name="bend">The width that a passing link takes.</param>
    /// <returns>False where there are too many to follow.</returns>
    public bool AssignRows(double bend)
    {
        var into = _links.ToLookup(link => link.To, link => link.From);
        foreach (var node in _nodes)
            node.Row = into[node].Select(from => from.Row + 1).DefaultIfEmpty(0).Max();

        // What nothing feeds stands right above where it is needed.
        var outOf = _links.ToLookup(link => link.From, link => link.To);
        foreach (var node in _nodes.Where(node => !into[node].Any() && outOf[node].Any()))
            node.Row = outOf[node].Min(to => to.Row) - 1;
        if (_links.Sum(link => (long)link.To.Row - link.From.Row) > MostBends)
            return false;
        foreach (var link in _links)
            Route(link, bend);
        return true;
    }

    /// <summary>Gives every node its place in its row.</summary>
    /// <param name="gap">Pixels between two nodes of a row.</param>
    /// <returns>The width of all, in pixels.</returns>
    public double Place(double gap)
    {
        var rows = _nodes.GroupBy(node => node.Row).OrderBy(row => row.Key).Select(row => row.ToList()).ToList();
        foreach (var row in rows)
            Pack(row, gap);
        var crossings = new Crossings(rows);
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            for (var i = 1; i < rows.Count; i++)
                Arrange(rows[i], node => node.Above, gap);
            crossings.Remember();
            for (var i = rows.Count - 2; i >= 0; i--)
                Arrange(rows[i], node => node.Below, gap);
            crossings.Remember();
        }

        crossings.Restore();
        Lanes.Straighten(rows, gap);
        var left = _nodes.Min(node => node.X - (node.Width / 2));
        foreach (var node in _nodes)
            node.X -= left;
        return _nodes.Max(node => node.X + (node.Width / 2));
    }

    private void Route(Link link, double bend)
    {
        link.Points.Add(link.From);
        for (var row = link.From.Row + 1; row < link.To.Row; row++)
        {
            var point = AddNode();
            (point.Row, point.Width) = (row, bend);
            link.Points.Add(point);
        }

        link.Points.Add(link.To);
        for (var i = 1; i < link.Points.Count; i++)
        {
            var shift = (i == 1 ? link.FromOffset : 0) - (i == link.Points.Count - 1 ? link.ToOffset : 0);
            link.Points[i - 1].Below.Add(new(link.Points[i], -shift, link.Weight));
            link.Points[i].Above.Add(new(link.Points[i - 1], shift, link.Weight));
        }
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

    // Every node moves below (or above) the middle of its neighbors; where two want one place they share the push.
    private static void Arrange(List<Node> row, Func<Node, List<Neighbor>> neighbors, double gap)
    {
        foreach (var node in row)
            node.Wish = Neighbor.Middle(neighbors(node)) ?? node.X;
        row.Sort((a, b) => a.Wish != b.Wish ? a.Wish.CompareTo(b.Wish) : a.X.CompareTo(b.X));
        var blocks = new List<(int First, int Count, double Shift)>();
        var offset = 0.0;
        var offsets = new double[row.Count];
        for (var i = 0; i < row.Count; i++)
        {
            if (i > 0)
                offset += ((row[i - 1].Width + row[i].Width) / 2) + gap;
            offsets[i] = offset;
            blocks.Add((i, 1, row[i].Wish - offset));
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
