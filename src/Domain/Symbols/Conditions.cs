using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Symbols;

/// <summary>Decides what layers require of symbolic sizes, and keeps what had to be assumed on the way through a network.</summary>
public sealed class Conditions
{
    /// <summary>Beyond so much work on one spec requirements are unknown, so that a hostile one is answered soon: some 0.2 s.</summary>
    private const long MostWork = 500_000;

    private readonly HashSet<(Dim, bool)> _certain = [];
    private readonly List<Assumption> _assumptions = [];
    private readonly IEnumerable<Dim> _sizes;
    private Knowledge _knowledge;

    /// <param name="sizes">The sizes of the network's inputs, without the batch.</param>
    /// <param name="promises">
    /// What the caller promises about their symbols: any size from 1 up where nothing is promised.
    /// </param>
    public Conditions(IEnumerable<Dim> sizes, IReadOnlyDictionary<string, SymbolPromise> promises)
    {
        _sizes = sizes;
        _knowledge = new(promises);
    }

    /// <summary>The symbols of the network's inputs, without the batch.</summary>
    public IReadOnlyList<string> Symbols => field ??= [.. _sizes.SelectMany(size => size.Symbols).Distinct()];

    /// <summary>Sizes that were tried so far.</summary>
    internal long Work { get; private set; }

    /// <summary>What was assumed, in execution order.</summary>
    internal IReadOnlyList<Assumption> Assumptions => _assumptions;

    internal Knowledge Knowledge => _knowledge;

    /// <summary>For which of the sizes that are still admissible all requirements hold.</summary>
    public Decision Decide(params IReadOnlyList<Requirement> requirements)
    {
        var (answer, after) = (Answer.Always, _knowledge);
        foreach (var requirement in requirements)
        {
            var (own, narrowed) = Decide(requirement, after);
            if (own > answer)
                answer = own;
            if (own == Answer.Sometimes)
                after = narrowed;
        }

        return new(answer, _knowledge, answer == Answer.Sometimes ? after : _knowledge, requirements);
    }

    /// <summary>From here on the requirements are taken to hold.</summary>
    /// <param name="layer">The full name of the layer that needs it.</param>
    /// <param name="isBound">Whether it only keeps a size at 1 or more.</param>
    public void Assume(Decision decision, string layer, bool isBound = false)
    {
        _assumptions.Add(new(layer, decision, isBound));
        _knowledge = decision.After;
    }

    /// <summary>
    /// The one of these sizes that is nowhere smaller than another once the decision is assumed, in its shortest form; null where none is
    /// known to be.
    /// </summary>
    public Dim? Greatest(Decision decision, IReadOnlyList<Dim> sizes)
    {
        Dim? greatest = null;
        foreach (var size in sizes)
        {
            if (sizes.All(other => other == size || Decide(Requirement.AtLeast(size, other), decision.After).Answer == Answer.Always)
                && (greatest is not { } known || size.ToString().Length < known.ToString().Length))
                greatest = size;
        }

        return greatest;
    }

    private (Answer Answer, Knowledge After) Decide(Requirement requirement, Knowledge knowledge)
    {
        var open = new List<Requirement.Comparison>();
        foreach (var comparison in requirement.Any)
        {
            var difference = knowledge.Known(comparison.Difference);
            if (difference.Known is { } known ? comparison.Holds(known) : _certain.Contains((difference, comparison.OrMore)))
                return (Answer.Always, knowledge);
            if (!difference.IsKnown)
                open.Add(comparison with { Left = difference, Right = 0 });
        }

        if (open.Count == 0)
            return (Answer.Never, knowledge);
        if (++Work > MostWork)
            return (Answer.Unknown, knowledge);
        var symbols = open.SelectMany(comparison => comparison.Left.Symbols).Distinct().ToList();
        if (symbols is not [var symbol])
            return open is [var only] ? OfSeveral(only, knowledge) : (Answer.Unknown, knowledge);
        if (knowledge.SetOf(symbol) is not { } set)
            return (Answer.Unknown, knowledge);
        var narrowed = Requirements.Narrow(set, open, out var tried);
        Work += tried;
        if (narrowed is not { } holding)
            return (Answer.Unknown, knowledge);
        if (holding.IsEmpty)
            return (Answer.Never, knowledge);
        if (set.SmallestOutside(holding) is not null)
            return (Answer.Sometimes, knowledge.With(symbol, holding));
        // What is only supposed so far may yet not be assumed.
        if (open is [var single] && ReferenceEquals(knowledge, _knowledge))
            _certain.Add((single.Left, single.OrMore));
        return (Answer.Always, knowledge);
    }

    private static (Answer Answer, Knowledge After) OfSeveral(Requirement.Comparison comparison, Knowledge knowledge)
    {
        if (comparison.OrMore)
        {
            // Counted from the smallest sizes on; what then only grows is smallest there.
            var beyond = comparison.Left.Substitute(symbol => Dim.Symbol(symbol) + (knowledge.SetOf(symbol)?.Members.First() ?? 1));
            return (beyond.GrowsFromZero && comparison.Holds(beyond.Evaluate(_ => 0)) ? Answer.Always : Answer.Unknown, knowledge);
        }

        return Between.Solve(comparison.Left, knowledge) is not var (symbol, meaning, narrowed) ? (Answer.Unknown, knowledge)
            : narrowed is null ? (Answer.Never, knowledge) : (Answer.Sometimes, narrowed.With(symbol, meaning));
    }
}

/// <summary>A condition that a layer put on the symbols.</summary>
internal sealed record Assumption(string Layer, Decision Decision, bool IsBound);
