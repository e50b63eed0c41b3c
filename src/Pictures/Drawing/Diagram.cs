namespace ConcatService.Pictures.Drawing;

/// <summary>
/// What a picture shows, before anything has a place: boxes, or frames with a diagram inside, and the arrows between them.
/// </summary>
internal sealed record Diagram(List<Item> Items, List<Arrow> Arrows)
{
    /// <summary>Boxes that are drawn, those inside frames included.</summary>
    public int BoxCount => Items.Sum(item => item is Frame frame ? frame.Inside.BoxCount : item is Box ? 1 : 0);

    /// <summary>Every item after those that feed it; null where frames feed each other in a circle.</summary>
    public List<Item>? InOrder()
    {
        var waitsFor = Items.ToDictionary(item => item, _ => 0);
        foreach (var arrow in Arrows)
            waitsFor[arrow.To]++;
        var feeds = Arrows.ToLookup(arrow => arrow.From, arrow => arrow.To);
        var ordered = Items.Where(item => waitsFor[item] == 0).ToList();
        for (var i = 0; i < ordered.Count; i++)
            ordered.AddRange(feeds[ordered[i]].Where(next => --waitsFor[next] == 0));
        return ordered.Count == Items.Count ? ordered : null;
    }
}
