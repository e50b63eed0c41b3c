namespace ConcatService.Domain.Telemetry;

/// <summary>The newest samples of one concat, as verdict rules read them.</summary>
/// <param name="series">The values of a signal in the newest samples, oldest first.</param>
internal sealed class ConcatSamples(ConcatNode node, Func<ConcatBranch, Signal, IReadOnlyList<double>> series)
{
    private bool[]? _isDead;
    private bool? _isBalanced;

    public ConcatNode Node => node;

    /// <summary>The numbers of the concat's branches, from 0.</summary>
    public IEnumerable<int> Branches => Enumerable.Range(0, node.Branches.Count);

    /// <summary>Whether no branch is scaled.</summary>
    public bool IsBalanced => _isBalanced ??= !Branches.Any(branch => Rules.Scaled.RatioOf(this, branch) is not null);

    /// <summary>Whether most channels of a branch are dead.</summary>
    public bool IsDead(int branch) => (_isDead ??= [.. Branches.Select(each => Rules.Dead.IsFound(this, each))])[branch];

    /// <summary>The last values, oldest first; fewer than <see cref="Verdicts.Window"/> where there are no more yet.</summary>
    public IReadOnlyList<double> Newest(int branch, Signal signal)
    {
        var values = series(node.Branches[branch], signal);
        return values.Count <= Verdicts.Window ? values : [.. values.Skip(values.Count - Verdicts.Window)];
    }

    /// <summary>The newest value. There must be one.</summary>
    public double Last(int branch, Signal signal) => Newest(branch, signal)[^1];

    /// <summary>Whether a condition holds in every sample of a full window.</summary>
    public bool Always(int branch, Signal signal, Func<double, bool> holds) =>
        Newest(branch, signal) is { Count: Verdicts.Window } values && values.All(holds);
}
