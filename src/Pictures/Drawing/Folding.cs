using System.Globalization;

namespace ConcatService.Pictures.Drawing;

/// <summary>Draws a repetition once: the boxes of <c>repeat</c> layers become frames. Where an error is, all are drawn.</summary>
internal static class Folding
{
    public static Diagram Fold(Diagram diagram) => Fold(diagram, 0);

    /// <param name="depth">How many parts of every name the frames around have used up.</param>
    private static Diagram Fold(Diagram diagram, int depth)
    {
        var (into, outOf) = (diagram.Arrows.ToLookup(arrow => arrow.To), diagram.Arrows.ToLookup(arrow => arrow.From));
        var frameOf = new Dictionary<Item, Frame>();
        foreach (var repetition in Repetitions(diagram, depth))
        {
            var parts = repetition.Name.Count(c => c == '/') + 2;
            if (repetition.ToFrame(into, outOf, inside => Fold(inside, parts)) is not { } frame)
                continue;
            foreach (var box in repetition.Boxes)
                frameOf[box] = frame;
        }

        if (frameOf.Count == 0)
            return diagram;
        var arrows = diagram.Arrows.Select(arrow => Outside(arrow, frameOf)).OfType<Arrow>()
            .GroupBy(arrow => arrow with { Bad = false }).Select(same => same.Key with { Bad = same.Any(arrow => arrow.Bad) });
        var folded = new Diagram([.. diagram.Items.Select(item => frameOf.GetValueOrDefault(item) ?? item).Distinct()], [.. arrows]);
        return folded.InOrder() is null ? diagram : folded;
    }

    private static IEnumerable<Repetition> Repetitions(Diagram diagram, int depth)
    {
        var found = new Dictionary<string, Repetition>();
        var uneven = new HashSet<string>();
        foreach (var box in diagram.Items.OfType<Box>())
        {
            var parts = box.Name.Split('/');
            var number = Array.FindIndex(parts, Math.Min(depth + 1, parts.Length), part => part.All(char.IsAsciiDigit));
            if (number < 0 || !int.TryParse(parts[number], NumberStyles.None, CultureInfo.InvariantCulture, out var time))
                continue;
            var name = string.Join('/', parts[..number]);
            if (!found.TryGetValue(name, out var repetition))
                found[name] = repetition = new(name);
            if (!repetition.TryAdd(time, string.Join('/', parts[(number + 1)..]), box))
                uneven.Add(name);
        }

        return found.Values.Where(repetition => !uneven.Contains(repetition.Name));
    }

    /// <summary>The arrow as it is seen outside of all frames; null for one that is inside.</summary>
    private static Arrow? Outside(Arrow arrow, Dictionary<Item, Frame> frameOf)
    {
        var (from, to) = (frameOf.GetValueOrDefault(arrow.From), frameOf.GetValueOrDefault(arrow.To));
        if (from is not null && from == to)
            return null;
        var seen = to is null ? arrow : arrow with { To = to, ToDot = to.Entries.GetValueOrDefault((arrow.From, arrow.Port)) ?? to.Entry };
        return from is null ? seen : seen with { From = from, FromDot = from.Exit, Port = 0 };
    }
}
