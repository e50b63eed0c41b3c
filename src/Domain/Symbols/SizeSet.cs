using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Symbols;

/// <summary>The sizes that a symbol may take, exactly: a set of whole numbers that repeats from some size on.</summary>
/// <remarks>
/// Held as membership from <see cref="First"/> on, of which the last <see cref="Period"/> entries repeat for ever; what is above the
/// promised maximum does not count.
/// </remarks>
internal sealed class SizeSet
{
    /// <summary>Longer tables, and so longer periods and greater thresholds, are not decided.</summary>
    public const int MostEntries = 8192;

    private readonly bool[] _members;

    private SizeSet(long first, long? last, bool[] members, int period)
    {
        First = first;
        Last = last;
        _members = members;
        Period = period;
    }

    /// <summary>The smallest size that is promised; nothing below is a member.</summary>
    public long First { get; }

    /// <summary>The greatest size that is promised, or null.</summary>
    public long? Last { get; }

    public int Period { get; }

    /// <summary>From here on members repeat.</summary>
    public long Tail => First + _members.Length - Period;

    /// <summary>All sizes that a promise leaves; null where its multiple is too large to decide anything about.</summary>
    public static SizeSet? Of(SymbolPromise promise) => promise.MultipleOf > MostEntries
        ? null
            : new(
                promise.Min,
                promise.Max,
                [.. Enumerable.Range(0, (int)promise.MultipleOf).Select(i => (promise.Min + i) % promise.MultipleOf == 0)],
                (int)promise.MultipleOf
            );

    public bool Contains(long size) => size >= First && !(size > Last) && IsListed(size);

    /// <summary>The members up to the end of the first repetition.</summary>
    public IEnumerable<long> Members
    {
        get
        {
            for (var i = 0; i < _members.Length; i++)
            {
                if (_members[i] && !(First + i > Last))
                    yield return First + i;
            }
        }
    }

    public bool IsEmpty => !Members.Any();

    /// <summary>
    /// The members that have a property which repeats every <paramref name="period"/> sizes from <paramref name="from"/> on; null where
    /// that is too long a table.
    /// </summary>
    public SizeSet? Where(Func<long, bool> holds, long from, long period)
    {
        var joint = period / DimExpression.Gcd(period, Period) * Period;
        var length = Saturating.Add(Math.Max(Tail, from) - First, joint);
        if (length > MostEntries)
            return null;
        var members = new bool[length];
        for (var i = 0; i < members.Length; i++)
            members[i] = IsListed(First + i) && holds(First + i);
        return new(First, Last, members, (int)joint);
    }

    /// <summary>The smallest size that is a member here and not there, above <paramref name="above"/>; null when there is none.</summary>
    /// <param name="other">A subset that was made from this set.</param>
    public long? SmallestOutside(SizeSet other, long above = 0)
    {
        // Beyond the later of the two tails both repeat after the subset's period, which is a multiple of this one's.
        var end = Math.Max(other.Tail, above + 1) + other.Period;
        for (var size = Math.Max(First, above + 1); size < end && !(size > Last); size++)
        {
            if (IsListed(size) && !other.IsListed(size))
                return size;
        }

        return null;
    }

    /// <summary>
    /// The bounds and the multiple that only members have, as many of them as one promise can say; null where that is none.
    /// </summary>
    public (long Min, long? Max, long MultipleOf)? Promise()
    {
        var (members, period) = Shortest();
        var repeats = Enumerable.Range(members.Length - period, period).Where(i => members[i]).Select(i => First + i).ToList();
        if (repeats.Count == 0)
        {
            var sizes = Members.ToList();
            return sizes[^1] - sizes[0] == sizes.Count - 1 ? (sizes[0], sizes[^1], 1) : null;
        }

        return repeats.Exists(size => size % period == 0) ? (repeats.First(size => size % period == 0), Last, period) : null;
    }

    /// <summary>The same set without its bounds, in the fewest entries.</summary>
    internal (bool[] Members, int Period) Shortest()
    {
        var tail = _members.Length - Period;
        var period = Enumerable
            .Range(1, Period)
            .First(p => Period % p == 0 && Enumerable.Range(tail, Period - p).All(i => _members[i] == _members[i + p]));
        while (tail > 0 && _members[tail - 1] == _members[tail - 1 + period])
            tail--;
        return (_members[..(tail + period)], period);
    }

    private bool IsListed(long size)
    {
        var at = size - First;
        return at >= 0 && _members[at < _members.Length ? at : _members.Length - Period + ((at - (_members.Length - Period)) % Period)];
    }
}
