namespace ConcatService.Pictures.Drawing;

/// <summary>
/// The boxes named <c>OUTER/0/NAME</c>, <c>OUTER/1/NAME</c>, …, where every repetition is the same but for sizes, and takes from the one
/// before it what the first takes from outside. One of them can stand for all.
/// </summary>
internal sealed class Repetition
{
    private readonly List<List<(string Tail, Box Box)>> _times = [];
    private readonly Dictionary<Item, (int Time, int Place)> _places = [];
    private int _carriedPlace = -1;
    private int _carriedPort;
    private Arrow? _feed;

    public Repetition(string name) => Name = name;

    public string Name { get; }

    public int Times => _times.Count;

    public IEnumerable<Item> Boxes => _places.Keys;

    /// <summary>Adds a box of the last repetition or of the next one.</summary>
    /// <param name="rest">What follows the number in its name.</param>
    /// <returns>False where the numbers leave one out.</returns>
    public bool TryAdd(int time, string rest, Box box)
    {
        if (time == _times.Count)
            _times.Add([]);
        if (time >= _times.Count)
            return false;
        _places[box] = (time, _times[time].Count);
        _times[time].Add((rest, box));
        return true;
    }

    /// <summary>
    /// The frame that draws all, around the boxes of the first; null where they differ, or where one of them must be seen.
    /// </summary>
    /// <param name="fold">Folds what repeats inside.</param>
    public Frame? ToFrame(ILookup<Item, Arrow> into, ILookup<Item, Arrow> outOf, Func<Diagram, Diagram> fold)
    {
        if ((_times.Count - 1) * _times[0].Count < 2 || !AreAlike()) // a frame around one layer, to save drawing it twice, saves nothing
            return null;
        var (entry, exit) = (new Dot(), new Dot());
        var others = new Dictionary<(Item From, int Port), Dot>();
        var arrows = new List<Arrow>();
        for (var place = 0; place < _times[0].Count; place++)
        {
            var each = _times.Select(time => into[time[place].Box].ToList()).ToList();
            if (each.Any(list => list.Count != each[0].Count))
                return null;
            for (var i = 0; i < each[0].Count; i++)
            {
                if (SourceOf(each.Select(list => list[i]).ToList(), entry, others) is not { } source)
                    return null;
                arrows.Add(each[0][i] with { From = source, Last = each[^1][i].Last, Bad = each.Exists(list => list[i].Bad) });
            }
        }

        if (_feed is null || _carriedPlace < 0 || Leaving(outOf) is not { } leaving)
            return null;
        var output = _times[^1][_carriedPlace].Box;
        var first = _times[0][_carriedPlace].Box;
        arrows.Add(
            new(
                first,
                exit,
                outOf[first].First(arrow => arrow.Port == _carriedPort).Shape,
                leaving.FirstOrDefault()?.Last ?? (_carriedPort == 0 ? output.Output : null)
            )
            {
                Port = _carriedPort,
            }
        );
        foreach (var (_, box) in _times[0])
            box.Marks |= _times.Aggregate(Marks.None, (marks, time) => marks | time[_places[box].Place].Box.Marks);
        var items = others.Values.Prepend(entry).Concat<Item>(_times[0].Select(each => each.Box)).Append(exit).ToList();
        return new(Name, Times, fold(new(items, arrows))) { Entry = entry, Exit = exit, Entries = others };
    }

    private bool AreAlike()
    {
        foreach (var time in _times)
        {
            if (time.Count != _times[0].Count)
                return false;
            for (var place = 0; place < time.Count; place++)
            {
                if (
                    time[place].Tail != _times[0][place].Tail
                    || time[place].Box.Kind != _times[0][place].Box.Kind
                    || time[place].Box.Is(Marks.Broken | Marks.Blamed)
                )
                    return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Where the arrow that each repetition has comes from, as seen from inside the frame; null where the repetitions differ in it.
    /// </summary>
    private Item? SourceOf(List<Arrow> each, Dot entry, Dictionary<(Item From, int Port), Dot> others)
    {
        var first = each[0];
        if (each.Any(arrow => arrow.SizeOnly != first.SizeOnly))
            return null;
        if (_places.TryGetValue(first.From, out var inside))
            return
                inside.Time == 0
                && each.Index().All(arrow => IsFrom(arrow.Item, (arrow.Index, inside.Place)) && arrow.Item.Port == first.Port)
                ? first.From
                : null;
        if (each.TrueForAll(arrow => arrow.From == first.From && arrow.Port == first.Port))
            return others.TryGetValue((first.From, first.Port), out var dot) ? dot : others[(first.From, first.Port)] = new();

        var second = each[1];
        if (!_places.TryGetValue(second.From, out var carried))
            return null;
        if (_feed is null)
            (_feed, _carriedPlace, _carriedPort) = (first, carried.Place, second.Port);
        var isCarried = first.From == _feed.From && first.Port == _feed.Port && carried.Place == _carriedPlace
            && each.Index().Skip(1).All(arrow => IsFrom(arrow.Item, (arrow.Index - 1, _carriedPlace)) && arrow.Item.Port == _carriedPort);
        return isCarried ? entry : null;
    }

    private bool IsFrom(Arrow arrow, (int Time, int Place) place) => _places.TryGetValue(arrow.From, out var found) && found == place;

    /// <summary>The arrows from the last repetition's output to the world; null where something else is seen from there.</summary>
    private List<Arrow>? Leaving(ILookup<Item, Arrow> outOf)
    {
        var leaving = _places.Keys.SelectMany(box => outOf[box]).Where(arrow => !_places.ContainsKey(arrow.To)).ToList();
        return leaving.TrueForAll(arrow => IsFrom(arrow, (Times - 1, _carriedPlace)) && arrow.Port == _carriedPort) ? leaving : null;
    }
}
