namespace ConcatService.Pictures.Drawing;

/// <summary>
/// Straightens a layout: nodes that follow one another without a fork or a join move as one, and stand on one vertical line.
/// </summary>
/// <remarks>
/// Aligned as in Brandes and Köpf 2001, so that no two lanes cross; then every lane moves toward the middle of what it is wired to, as far
/// as its neighbors in the rows leave it room.
/// </remarks>
internal sealed class Lanes
{
    private const int Sweeps = 24;

    private readonly double _gap;
    private readonly Dictionary<LayeredLayout.Node, Lane> _laneOf = [];
    private readonly List<Lane> _lanes = [];

    private Lanes(double gap) => _gap = gap;

    private sealed class Lane
    {
        /// <summary>Its nodes, from top to bottom, with how far right of the lane each stands.</summary>
        public readonly List<(LayeredLayout.Node Node, double Offset)> Nodes = [];

        /// <summary>
        /// For each of its nodes that has a neighbor on that side: the lane there, and how far apart the two lanes must be.
        /// </summary>
        public readonly List<(Lane Lane, double Distance)> Left = [], Right = [];

        public double X { get; private set; }

        public void MoveTo(double x)
        {
            X = x;
            foreach (var (node, offset) in Nodes)
                node.X = x + offset;
        }
    }

    /// <param name="rows">From top to bottom, each from left to right.</param>
    public static void Straighten(IReadOnlyList<List<LayeredLayout.Node>> rows, double gap)
    {
        var lanes = new Lanes(gap);
        lanes.Align(rows);
        lanes.FindNeighbors(rows);
        var ordered = lanes.FromLeft();
        foreach (var lane in ordered)
            lane.MoveTo(lane.Left.Select(left => left.Lane.X + left.Distance).Append(lane.X).Max());
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            foreach (var lane in ordered)
                Move(lane);
            ordered.Reverse();
        }
    }

    private void Align(IReadOnlyList<List<LayeredLayout.Node>> rows)
    {
        var positions = new Dictionary<LayeredLayout.Node, int>();
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Count; i++)
                positions[row[i]] = i;
            var lastAbove = -1;
            foreach (var node in row)
            {
                if (node.Above is [var (above, shift, _)] && above.Below.Count == 1 && positions[above] > lastAbove)
                {
                    lastAbove = positions[above];
                    var lane = _laneOf[above];
                    Add(lane, node, lane.Nodes[^1].Offset + shift);
                }
                else
                {
                    var lane = new Lane();
                    _lanes.Add(lane);
                    Add(lane, node, 0);
                }
            }
        }

        foreach (var lane in _lanes)
            lane.MoveTo(lane.Nodes.Average(each => each.Node.X - each.Offset));
    }

    private void Add(Lane lane, LayeredLayout.Node node, double offset)
    {
        lane.Nodes.Add((node, offset));
        _laneOf[node] = lane;
    }

    private void FindNeighbors(IReadOnlyList<List<LayeredLayout.Node>> rows)
    {
        var offsets = _lanes.SelectMany(lane => lane.Nodes).ToDictionary(each => each.Node, each => each.Offset);
        foreach (var row in rows)
        {
            foreach (var (left, right) in row.Zip(row.Skip(1)))
            {
                var distance = ((left.Width + right.Width) / 2) + _gap + offsets[left] - offsets[right];
                _laneOf[left].Right.Add((_laneOf[right], distance));
                _laneOf[right].Left.Add((_laneOf[left], distance));
            }
        }
    }

    /// <summary>Every lane after those to its left.</summary>
    private List<Lane> FromLeft()
    {
        var waitsFor = _lanes.ToDictionary(lane => lane, lane => lane.Left.Count);
        var ordered = _lanes.Where(lane => lane.Left.Count == 0).ToList();
        for (var i = 0; i < ordered.Count; i++)
            ordered.AddRange(ordered[i].Right.Where(right => --waitsFor[right.Lane] == 0).Select(right => right.Lane));
        return ordered;
    }

    private static void Move(Lane lane)
    {
        var ((first, firstOffset), (last, lastOffset)) = (lane.Nodes[0], lane.Nodes[^1]);
        List<LayeredLayout.Neighbor> wired =
        [
            .. first.Above.Select(above => above with { Shift = above.Shift - firstOffset }),
            .. last.Below.Select(below => below with { Shift = below.Shift - lastOffset }),
        ];
        if (LayeredLayout.Neighbor.Middle(wired) is not { } wish)
            return;
        var (least, most) = (double.MinValue, double.MaxValue);
        foreach (var (left, distance) in lane.Left)
            least = Math.Max(least, left.X + distance);
        foreach (var (right, distance) in lane.Right)
            most = Math.Min(most, right.X - distance);
        lane.MoveTo(Math.Max(least, Math.Min(most, wish)));
    }
}
