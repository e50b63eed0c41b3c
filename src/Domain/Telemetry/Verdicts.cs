using System.Globalization;

namespace ConcatService.Domain.Telemetry;

/// <summary>
/// What the newest samples of a concat say about its branches. Every rule must hold in each of the last <see cref="Window"/> samples: a
/// batch may be
/// unlucky, three hardly. Limits and what separates a healthy network from a faulty one: docs/decisions.
/// </summary>
public sealed class Verdicts
{
    /// <summary>Samples in a row.</summary>
    public const int Window = 3;

    private const double MostDead = 0.5,
        Imbalance = 10,
        GrossImbalance = 100,
        Starving = 1e-3,
        Ignored = 0.01,
        WideEnough = 0.1,
        Cancelling = -0.25,
        Twins = 0.99,
        Unlike = 0.1,
        Alike = 0.3,
        Flat = 1.1;

    private readonly ConcatNode _node;
    private readonly Func<ConcatBranch, string, IReadOnlyList<double>> _series;
    private readonly bool[] _dead;

    private Verdicts(ConcatNode node, Func<ConcatBranch, string, IReadOnlyList<double>> series)
    {
        (_node, _series) = (node, series);
        _dead = [.. Enumerable.Range(0, node.Branches.Count).Select(i => Always(i, Signals.DeadChannels, share => share >= MostDead))];
    }

    /// <summary>One list for each branch, in their order.</summary>
    /// <param name="series">The values of a signal in the newest samples, oldest first; fewer than <see cref="Window"/> say
    /// nothing.</param>
    public static IReadOnlyList<IReadOnlyList<Verdict>> Of(ConcatNode node, Func<ConcatBranch, string, IReadOnlyList<double>> series)
    {
        var verdicts = new Verdicts(node, series);
        var scaled = Enumerable.Range(0, node.Branches.Count).Select(verdicts.Scaled).ToList();
        var balanced = scaled.TrueForAll(verdict => verdict is null);
        return [.. scaled.Select((verdict, i) => verdicts.All(i, verdict, balanced))];
    }

    private List<Verdict> All(int i, Verdict? scaled, bool balanced)
    {
        Verdict?[] found = _dead[i]
            ? [Dead(i)]
            : [scaled, Starved(i), balanced ? Ignores(i) : null, Cancels(i), Duplicated(i), Noise(i), Collapsed(i)];
        return [.. found.OfType<Verdict>()];
    }

    private Verdict Dead(int i)
    {
        var share = Last(i, Signals.DeadChannels);
        return New(
            i,
            "dead",
            share == 1 ? "alarm" : "warning",
            Signals.DeadChannels,
            share,
            MostDead,
            string.Create(CultureInfo.InvariantCulture, $"{share:0 %} of its channels are zero for every sample"),
            "Lower optimizer.lr, put a batch_norm before its activation, or take leaky_relu"
        );
    }

    /// <summary>Against the middle one of the branches that live; of two, the one whose size is farther from 1.</summary>
    private Verdict? Scaled(int i)
    {
        var living = Enumerable.Range(0, _dead.Length).Where(branch => !_dead[branch]).ToList();
        var others = living.Count > 2 ? living : [.. living.Where(branch => branch != i)];
        if (
            _dead[i]
            || others.Count == 0
            || Enumerable.Range(0, _dead.Length).Any(branch => Newest(branch, Signals.ActivationRms).Count < Window)
        )
            return null;
        var ratios = Enumerable.Range(0, Window).Select(at => Newest(i, Signals.ActivationRms)[at] / Middle(others, at)).ToList();
        var larger = ratios.TrueForAll(ratio => ratio >= Imbalance);
        if (!larger && !ratios.TrueForAll(ratio => ratio <= 1 / Imbalance))
            return null;
        var (own, other) = (Last(i, Signals.ActivationRms), Middle(others, Window - 1));
        if (others.Count == 1 && Math.Abs(Math.Log(own)) < Math.Abs(Math.Log(other)))
            return null;
        var times = larger ? ratios[^1] : 1 / ratios[^1];
        return New(
            i,
            "scaled",
            times >= GrossImbalance ? "alarm" : "warning",
            Signals.ActivationRms,
            ratios[^1],
            larger ? Imbalance : 1 / Imbalance,
            string.Create(
                CultureInfo.InvariantCulture,
                $"its values are {times:0.#} times {(larger ? "larger" : "smaller")} than those of the other branches (RMS {own:g3} and "
                    + $"{other:g3}), and {(larger ? "drown them" : "drown in them")}"
            ),
            "End each branch with a batch_norm, or join with \"fuse\": \"l2norm\""
        );
    }

    private Verdict? Starved(int i)
    {
        var largest = Enumerable
            .Range(0, Window)
            .Select(at =>
                Enumerable
                    .Range(0, _dead.Length)
                    .Max(branch => Newest(branch, Signals.GradientRms) is { Count: Window } values ? values[at] : 0)
            )
            .ToList();
        var own = Newest(i, Signals.GradientRms);
        if (own.Count < Window || !Enumerable.Range(0, Window).All(at => largest[at] > 0 && own[at] / largest[at] < Starving))
            return null;
        return New(
            i,
            "starved",
            "warning",
            Signals.GradientRms,
            own[^1] / largest[^1],
            Starving,
            string.Create(
                CultureInfo.InvariantCulture,
                $"its gradient is {own[^1] / largest[^1]:g2} of that of the strongest branch: it hardly learns"
            ),
            "Look for what weighs it with zero behind the concat, or give the branch a loss of its own"
        );
    }

    private Verdict? Ignores(int i)
    {
        var width = (double)_node.Branches[i].Width / Math.Max(1, _node.Branches.Sum(branch => branch.Width));
        return width > WideEnough && Always(i, Signals.ContributionShare, share => Math.Abs(share) < Ignored)
            ? New(
                i,
                "ignored",
                "warning",
                Signals.ContributionShare,
                Last(i, Signals.ContributionShare),
                Ignored,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"it is {width:0 %} of the channels and {Last(i, Signals.ContributionShare):0.0 %} of what "
                        + $"{_node.Consumer!.Layer.Name} computes"
                ),
                "Leave it out, make it narrower, or weigh the branches with \"fuse\": \"se\""
            )
            : null;
    }

    private Verdict? Cancels(int i) =>
        Always(i, Signals.ContributionShare, share => share < Cancelling)
            ? New(
                i,
                "cancelling",
                "warning",
                Signals.ContributionShare,
                Last(i, Signals.ContributionShare),
                Cancelling,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"what {_node.Consumer!.Layer.Name} makes of it takes away {-Last(i, Signals.ContributionShare):0 %} of the sum of "
                        + $"all branches"
                ),
                "Look whether it repeats another branch; leave it out or make it narrower"
            )
        : null;

    /// <summary>Said of the later of two.</summary>
    private Verdict? Duplicated(int i)
    {
        if (
            !Always(i, Signals.Similarity, similarity => similarity >= Twins)
            || Newest(i, Signals.Twin).Count == 0
            || (int)Last(i, Signals.Twin) is var twin && (twin >= i || twin < 0)
        )
            return null;
        var other = _node.Branches[(int)Last(i, Signals.Twin)].Name;
        return New(
            i,
            "duplicated",
            "warning",
            Signals.Similarity,
            Last(i, Signals.Similarity),
            Twins,
            string.Create(
                CultureInfo.InvariantCulture,
                $"it tells samples apart exactly as {other} does (CKA {Last(i, Signals.Similarity):0.000})"
            ),
            $"Leave one of the two out, or give this one another kernel, depth or input than {other}"
        );
    }

    /// <summary>
    /// Only beside branches that are alike: two views of different things have nothing in common either, and one that has not learned yet
    /// looks like noise.
    /// </summary>
    private Verdict? Noise(int i)
    {
        var (others, targets) = (Newest(i, Signals.Similarity), Newest(i, Signals.TargetSimilarity));
        if (others.Count < Window || targets.Count < Window || others.Average() >= Unlike || targets.Average() >= Unlike / 2)
            return null;
        if (
            !Enumerable
                .Range(0, _dead.Length)
                .Any(other => other != i && Newest(other, Signals.Similarity) is { Count: Window } alike && alike.Average() >= Alike)
        )
            return null;
        return New(
            i,
            "noise",
            "warning",
            Signals.Similarity,
            others.Average(),
            Unlike,
            string.Create(
                CultureInfo.InvariantCulture,
                $"the samples that it finds alike are so neither in another branch (CKA {others.Average():0.00}) nor in the targets "
                    + $"({targets.Average():0.00})"
            ),
            "Look at what comes into this branch, and train without it for comparison"
        );
    }

    private Verdict? Collapsed(int i) =>
        _node.Branches[i].Width >= 4 && Always(i, Signals.EffectiveRank, rank => rank < Flat)
            ? New(
                i,
                "collapsed",
                "warning",
                Signals.EffectiveRank,
                Last(i, Signals.EffectiveRank),
                Flat,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"its {_node.Branches[i].Width} channels vary in {Last(i, Signals.EffectiveRank):0.00} directions over the samples"
                ),
                "Put a batch_norm behind it, lower optimizer.lr, or make it narrower"
            )
        : null;

    private Verdict New(int i, string code, string severity, string signal, double value, double threshold, string what, string advice) =>
        new(code, severity, $"{_node.Name}, branch {_node.Branches[i].Name}: {what}. {advice}.", signal, value, threshold);

    private double Middle(List<int> branches, int at)
    {
        var sorted = branches.Select(branch => Newest(branch, Signals.ActivationRms)[at]).Order().ToList();
        return Math.Max(Math.Sqrt(sorted[(sorted.Count - 1) / 2] * sorted[sorted.Count / 2]), 1e-30);
    }

    private bool Always(int i, string signal, Func<double, bool> holds) =>
        Newest(i, signal) is { Count: Window } values && values.All(holds);

    private double Last(int i, string signal) => Newest(i, signal)[^1];

    private IReadOnlyList<double> Newest(int i, string signal)
    {
        var values = _series(_node.Branches[i], signal);
        return values.Count <= Window ? values : [.. values.Skip(values.Count - Window)];
    }
}
