using System.Collections.Immutable;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Symbols;

/// <summary>
/// What is known of the symbols at one point of the network: the sizes that each may take, and symbols that stand for another's. Never
/// changed; what follows is another one.
/// </summary>
internal sealed record Knowledge(IReadOnlyDictionary<string, SymbolPromise> Promises)
{
    /// <summary>A size at which a map still shows what happens to it.</summary>
    private const long UsualSize = 64;

    private ImmutableDictionary<string, SizeSet?> Sets { get; init; } = ImmutableDictionary<string, SizeSet?>.Empty;

    private ImmutableDictionary<string, Dim> Meanings { get; init; } = ImmutableDictionary<string, Dim>.Empty;

    /// <summary>The sizes that the symbol may take; null where its promise is too large to decide anything.</summary>
    public SizeSet? SetOf(string symbol) => Sets.TryGetValue(symbol, out var set) ? set : Promised(symbol);

    public SizeSet? Promised(string symbol) => SizeSet.Of(Promises.GetValueOrDefault(symbol) ?? new());

    /// <summary>What the symbol was found to be equal to, in another symbol; null for one of its own.</summary>
    public Dim? MeaningOf(string symbol) => Meanings.TryGetValue(symbol, out var meaning) ? meaning : null;

    public Dim Known(Dim size) => Meanings.IsEmpty || size.IsKnown ? size : size.Substitute(MeaningOf);

    public Knowledge With(string symbol, SizeSet set) => this with { Sets = Sets.SetItem(symbol, set) };

    /// <summary>The same with a symbol that stands for an expression over another from now on.</summary>
    public Knowledge With(string symbol, Dim meaning) => this with
    {
        Meanings = Meanings
                .ToImmutableDictionary(pair => pair.Key, pair => pair.Value.Substitute(name => name == symbol ? meaning : null))
                .SetItem(symbol, meaning),
    };

    /// <summary>The symbols about which more is known here than there.</summary>
    public IEnumerable<string> NarrowedSince(Knowledge before) =>
        Sets
            .Keys.Where(symbol =>
                Sets[symbol] is { } set
                && !ReferenceEquals(set, before.Sets.GetValueOrDefault(symbol))
                && before.SetOf(symbol)?.SmallestOutside(set) is not null
            )
            .Concat(Meanings.Keys.Where(symbol => !before.Meanings.ContainsKey(symbol)))
            .Distinct()
            .Order(StringComparer.Ordinal);

    /// <summary>
    /// The smallest size above the smallest admissible one that was admissible there and is not here; null when there is none.
    /// </summary>
    public long? FailingSince(Knowledge before, string symbol) => MeaningOf(symbol) is null
        ? before.SetOf(symbol)!.SmallestOutside(SetOf(symbol)!, SetOf(symbol)!.Members.First())
        : before.UsualBeside(symbol, MeaningOf(symbol)!.Value.Evaluate(name => SetOf(name)!.Members.First()));

    /// <summary>A size that was admissible there and is not here, among those at which a map still shows what happens to it.</summary>
    public long? UsuallyFailingSince(Knowledge before, string symbol)
    {
        if (MeaningOf(symbol) is { } meaning)
            return before.UsualBeside(symbol, meaning.Evaluate(before.Usual));
        var (set, after) = (before.SetOf(symbol)!, SetOf(symbol)!);
        return set.SmallestOutside(after, UsualSize) ?? set.SmallestOutside(after, after.Members.First()) ?? set.SmallestOutside(after);
    }

    /// <summary>The smallest admissible size above another one.</summary>
    private long UsualBeside(string symbol, long size) =>
        SetOf(symbol)?.Members.Cast<long?>().FirstOrDefault(each => each > size) ?? size + 1;

    /// <summary>An admissible size of no special kind.</summary>
    public long Usual(string symbol)
    {
        if (SetOf(symbol) is not { } set)
        {
            var promise = Promises[symbol];
            return Saturating.Multiply(
                Saturating.FloorDivide(promise.Min + promise.MultipleOf - 1, promise.MultipleOf),
                promise.MultipleOf
            );
        }

        for (var size = Math.Max(UsualSize, set.First); size < Math.Max(UsualSize, set.Tail) + set.Period; size++)
        {
            if (set.Contains(size))
                return size;
        }

        return set.Members.LastOrDefault(1);
    }

    /// <summary>What is asked of the symbol by these requirements alone, within its promise.</summary>
    public string TextOf(string symbol, IReadOnlyList<Requirement> requirements)
    {
        if (MeaningOf(symbol) is { } meaning)
            return $"{symbol} == {meaning}";
        var own = requirements
            .Where(each => each.Any.Any(comparison => Known(comparison.Difference).Symbols.SequenceEqual([symbol])))
            .ToList();
        var alone = own.Aggregate(
            Promised(symbol),
            (set, requirement) =>
                set is null
                    ? null
                    : Requirements.Narrow(
                        set,
                        [.. requirement.Any.Select(each => each with { Left = Known(each.Difference), Right = 0 })],
                        out _
                    )
        );
        return (alone is { IsEmpty: false } ? SizeText.Of(symbol, alone) : null) ?? string.Join(" and ", own);
    }
}
