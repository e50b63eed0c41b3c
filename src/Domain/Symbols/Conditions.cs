using ConcatService.Domain.Graphs;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Symbols;

/// <summary>Decides what layers require of symbolic sizes, and keeps what had to be assumed on the way through a network.</summary>
public sealed class Conditions
{
    /// <summary>Requirements that are decided for one spec; beyond it they are unknown, so that a hostile spec is answered soon.</summary>
    private const int MostDecisions = 20_000;

    private readonly HashSet<(Dim, bool)> _certain = [];
    private readonly List<Assumption> _assumptions = [];
    private Knowledge _knowledge;
    private int _decisions;

    /// <param name="promises">What the caller promises about symbols; any size from 1 up for those that are not listed.</param>
    public Conditions(IReadOnlyDictionary<string, SymbolPromise> promises) => _knowledge = new(promises);

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
    /// <param name="layer">The layer that needs it.</param>
    public void Assume(Decision decision, Layer layer)
    {
        _assumptions.Add(new(layer, decision));
        _knowledge = decision.After;
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
        if (++_decisions > MostDecisions)
            return (Answer.Unknown, knowledge);
        var symbols = open.SelectMany(comparison => comparison.Left.Symbols).Distinct().ToList();
        if (symbols is not [var symbol])
            return open is [var only] ? OfSeveral(only, knowledge, symbols) : (Answer.Unknown, knowledge);
        if (knowledge.SetOf(symbol) is not { } set || Requirements.Narrow(set, open) is not { } holding)
            return (Answer.Unknown, knowledge);
        if (holding.IsEmpty)
            return (Answer.Never, knowledge);
        if (set.SmallestOutside(holding) is not null)
            return (Answer.Sometimes, knowledge.With(symbol, holding));
        if (open is [var single])
            _certain.Add((single.Left, single.OrMore));
        return (Answer.Always, knowledge);
    }

    private static (Answer Answer, Knowledge After) OfSeveral(Requirement.Comparison comparison, Knowledge knowledge, List<string> symbols)
    {
        if (comparison.OrMore)
        {
            // What grows with every symbol is smallest where all of them are.
            var smallest = symbols.ToDictionary(symbol => symbol, symbol => knowledge.SetOf(symbol)?.Members.First() ?? 1);
            return (comparison.Left.GrowsFrom(smallest) && comparison.Holds(comparison.Left.Evaluate(symbol => smallest[symbol])) ? Answer.Always : Answer.Unknown, knowledge);
        }

        return Between.Solve(comparison.Left, knowledge) is not var (symbol, meaning, narrowed) ? (Answer.Unknown, knowledge)
            : narrowed is null ? (Answer.Never, knowledge) : (Answer.Sometimes, narrowed.With(symbol, meaning));
    }
}

/// <summary>A condition that a layer put on the symbols.</summary>
internal sealed record Assumption(Layer Layer, Decision Decision);
