namespace ConcatService.Domain.Symbols;

/// <summary>For which of the admissible sizes requirements hold.</summary>
public enum Answer
{
    Always,
    /// <summary>For some sizes only: they hold under a condition.</summary>
    Sometimes,
    Never,
    /// <summary>Beyond what is decided: products of symbols, floors over two symbols, periods of many thousands.</summary>
    Unknown,
}

/// <summary>An answer with what follows from it.</summary>
public sealed class Decision
{
    internal Decision(Answer answer, Knowledge before, Knowledge after, IReadOnlyList<Requirement> requirements)
    {
        Answer = answer;
        Before = before;
        After = after;
        Requirements = requirements;
    }

    public Answer Answer { get; }

    public IReadOnlyList<Requirement> Requirements { get; }

    internal Knowledge Before { get; }

    internal Knowledge After { get; }

    /// <summary>The symbols that lose sizes.</summary>
    internal IReadOnlyList<string> Narrowed => field ??= [.. After.NarrowedSince(Before)];

    /// <summary>
    /// What must hold, as text over the symbols: <c>H % 2 == 0 and W % 2 == 0</c>. Meant for <see cref="Answer.Sometimes"/>.
    /// </summary>
    public string Condition
    {
        get
        {
            var texts = Narrowed.Select(symbol => After.TextOf(symbol, Requirements)).Distinct().ToList();
            return texts.Count == 1
                ? texts[0]
                : string.Join(" and ", texts.Select(text => text.Contains(" or ", StringComparison.Ordinal) ? $"({text})" : text));
        }
    }

    /// <summary>
    /// A size for every symbol of <paramref name="symbols"/> at which it shows: admissible so far, and failing where the requirements can
    /// fail.
    /// </summary>
    public IReadOnlyDictionary<string, long> Counterexample(IEnumerable<string> symbols)
    {
        var sizes = new Dictionary<string, long>();
        foreach (var symbol in symbols)
        {
            if (Before.MeaningOf(symbol) is null)
                sizes[symbol] =
                    (Answer == Answer.Sometimes && Narrowed.Contains(symbol) ? After.UsuallyFailingSince(Before, symbol) : null)
                    ?? Before.Usual(symbol);
        }

        foreach (var symbol in symbols)
        {
            if (Before.MeaningOf(symbol) is { } meaning)
                sizes[symbol] = meaning.Evaluate(name => sizes.GetValueOrDefault(name, 1));
        }

        return sizes;
    }
}
