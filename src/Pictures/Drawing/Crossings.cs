namespace ConcatService.Pictures.Drawing;

/// <summary>Remembers the order of rows in which the fewest wires cross.</summary>
internal sealed class Crossings(List<List<LayeredLayout.Node>> rows)
{
    private readonly Dictionary<LayeredLayout.Node, int> _positions = [];
    private List<(LayeredLayout.Node Node, double X)[]> _best = [];
    private long _fewest = long.MaxValue;

    /// <summary>
    /// Keeps the rows as they are now when no earlier order was as good; earlier ones are nearer to the order that branches are written in.
    /// </summary>
    public void Remember()
    {
        var crossings = Count();
        if (crossings >= _fewest)
            return;
        _fewest = crossings;
        _best = [.. rows.Select(row => row.Select(node => (node, node.X)).ToArray())];
    }

    /// <summary>Brings the best rows back.</summary>
    public void Restore()
    {
        for (var i = 0; i < rows.Count; i++)
        {
            rows[i] = [.. _best[i].Select(each => each.Node)];
            foreach (var (node, x) in _best[i])
                node.X = x;
        }
    }

    private long Count()
    {
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Count; i++)
                _positions[row[i]] = i;
        }

        return rows.Zip(rows.Skip(1), Count).Sum();
    }

    /// <summary>
    /// Wires from the left to the right by where they begin; each crosses those before it that end further right, which a tree of sums
    /// counts (Barth, Jünger and Mutzel 2002).
    /// </summary>
    private long Count(List<LayeredLayout.Node> above, List<LayeredLayout.Node> below)
    {
        var ended = new int[below.Count + 1];
        var (crossings, wires) = (0L, 0);
        foreach (var node in above)
        {
            foreach (var end in node.Below)
            {
                var upTo = 0;
                for (var i = _positions[end.Node] + 1; i > 0; i -= i & -i)
                    upTo += ended[i];
                crossings += wires - upTo;
            }

            foreach (var end in node.Below)
            {
                for (var i = _positions[end.Node] + 1; i < ended.Length; i += i & -i)
                    ended[i]++;
                wires++;
            }
        }

        return crossings;
    }
}
