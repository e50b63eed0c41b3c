using System.Globalization;
using ConcatService.Domain.Telemetry;

namespace ConcatService.Domain.Studies;

/// <summary>Whether the branches of a merge belong together, by what the network loses without each on held-out samples.</summary>
/// <param name="Layer">The merge.</param>
/// <param name="Merge">Its type: <c>concat</c>, <c>add</c>, <c>average</c>, <c>multiply</c>.</param>
/// <param name="Together"><c>yes</c>: each branch is needed. <c>partly</c>: at least two are, and another is not. <c>no</c>: at most one
/// is, and nothing is lost without the others. <c>unknown</c>: the measurements do not tell.</param>
/// <param name="Sentence">The same in plain words.</param>
public sealed record Coherence(string Layer, string Merge, string Together, string Sentence, IReadOnlyList<Coherence.Branch> Branches)
{
    /// <summary>Of what is lost without the branch that is needed most: less is nothing.</summary>
    private const double Negligible = 0.05;

    /// <summary>One branch. What was not measured is null.</summary>
    /// <param name="Name">As the spec writes it.</param>
    /// <param name="Source">The layer or input that arrives here.</param>
    /// <param name="Worth">What is lost when the branch is given its values of other samples.</param>
    /// <param name="TargetSimilarity">CKA with the targets, 0 to 1: what a linear map could read from the branch alone.</param>
    /// <param name="Similarity">CKA with the branch that is most alike, 0 to 1.</param>
    /// <param name="MostAlike">The name of that branch.</param>
    /// <param name="ContributionShare">Of what the layer behind computes. Activity, not use: noise can have a large share.</param>
    /// <param name="Judgement"><c>needed</c>, <c>spare</c> (nothing is lost without it), <c>redundant</c> (nothing is lost without it, and
    /// much without it and <paramref name="SpareWith"/>), <c>unclear</c> or <c>not_measured</c>.</param>
    /// <param name="SpareWith">The other branch of a pair of which one is needed; null where there is none.</param>
    public sealed record Branch(
        string Name,
        string Source,
        Change? Worth,
        double? TargetSimilarity,
        double? Similarity,
        string? MostAlike,
        double? ContributionShare,
        string Judgement,
        string? SpareWith
    );

    /// <summary>The network without the branch minus with it.</summary>
    /// <param name="Loss">Above 0: the branch is needed.</param>
    /// <param name="LossInterval">95 %, paired.</param>
    /// <param name="Accuracy">Below 0: the branch is needed. Null where the network has not one output that tells classes apart.</param>
    /// <param name="AccuracyInterval">95 %, paired.</param>
    public sealed record Change(double Loss, double[] LossInterval, double? Accuracy, double[]? AccuracyInterval);

    /// <param name="last">The newest value of a branch's signal; null where it was not measured.</param>
    public static Coherence Of(ConcatNode node, Func<ConcatBranch, Signal, double?> last)
    {
        var worth = node.Branches.Select(branch => Math.Max(Low(branch) ?? 0, last(branch, Signals.PairLow) ?? 0)).DefaultIfEmpty().Max();
        var branches = node.Branches.Select(branch => BranchOf(node, branch, last, worth)).ToList();
        var together = node.IsNested ? "unknown" : TogetherOf(branches);
        return new(node.Name, node.Layer.Operator.Kind, together, Say(node, together, branches), branches);

        double? Low(ConcatBranch branch) => last(branch, Signals.Shuffle.LossLow);
    }

    private static Branch BranchOf(ConcatNode node, ConcatBranch branch, Func<ConcatBranch, Signal, double?> last, double worth)
    {
        var partner =
            Of(Signals.PairLow) is { } low && low > Negligible * worth && NameAt(Of(Signals.PairWith)) is { } other ? other : null;
        var judgement = JudgementOf();
        return new(
            branch.Name,
            branch.Source.ToString(),
            WorthOf(),
            Of(Signals.TargetSimilarity),
            Of(Signals.Similarity),
            NameAt(Of(Signals.Twin)),
            Of(Signals.ContributionShare),
            judgement,
            judgement == "redundant" ? partner : null
        );

        double? Of(Signal signal) => last(branch, signal);

        string? NameAt(double? index) => index is >= 0 && index < node.Branches.Count ? node.Branches[(int)index].Name : null;

        Change? WorthOf() =>
            (Of(Signals.Shuffle.Loss), Of(Signals.Shuffle.LossLow), Of(Signals.Shuffle.LossHigh)) is ({ } loss, { } from, { } to)
                ? new(
                    loss,
                    [from, to],
                    Of(Signals.Shuffle.Accuracy),
                    (Of(Signals.Shuffle.AccuracyLow), Of(Signals.Shuffle.AccuracyHigh)) is ({ } least, { } top) ? [least, top] : null
                )
                : null;

        string JudgementOf()
        {
            if (Of(Signals.Shuffle.LossLow) is not { } shuffled || Of(Signals.Shuffle.LossHigh) is not { } high)
                return "not_measured";
            if (shuffled > 0)                                                           // a little that is certain is use
                return "needed";
            var most = Math.Max(high, Of(Signals.Mean.LossHigh) ?? high);
            var isSpare = worth > 0 && most <= Negligible * worth;
            return !isSpare ? "unclear" : partner is null ? "spare" : "redundant";
        }
    }

    private static string TogetherOf(List<Branch> branches)
    {
        if (branches.Exists(branch => branch.Judgement == "not_measured"))
            return "unknown";
        var (needed, free) = (Count("needed"), Count("spare") + Count("redundant"));
        if (needed == branches.Count)
            return "yes";
        return free == 0 || needed + free < branches.Count ? "unknown" : needed >= 2 ? "partly" : "no";

        int Count(string judgement) => branches.Count(branch => branch.Judgement == judgement);
    }

    private static string Say(ConcatNode node, string together, List<Branch> branches)
    {
        if (node.IsNested)
            return $"One branch of {node.Name} is computed from another or is the same, as at a skip connection: what is lost without one "
                + "says little about the others.";
        if (branches.Exists(branch => branch.Judgement == "not_measured"))
            return $"What the branches of {node.Name} are worth was not measured: that takes an evaluation in the second half of a "
                + "training, at least 128 held-out samples, and time: settings.telemetry 'dense' always takes it.";
        var parts = string.Join("; ", branches.Select(Said));
        var start = together switch
        {
            "yes" => $"The branches of {node.Name} belong together: each is needed.",
            "partly" => $"Some branches of {node.Name} belong together, and others add nothing.",
            "no" => $"The branches of {node.Name} do not belong together: the network does with fewer.",
            _ => $"Whether the branches of {node.Name} belong together is not clear: the intervals are too wide.",
        };
        return $"{start} {char.ToUpperInvariant(parts[0])}{parts[1..]}.";
    }

    private static string Said(Branch branch) =>
        branch.Judgement switch
        {
            "needed" => $"without {branch.Name} {Lost(branch.Worth!)}",
            "spare" => $"nothing is lost without {branch.Name}",
            "redundant" => $"nothing is lost without {branch.Name} as long as {branch.SpareWith} is there",
            _ => $"what is lost without {branch.Name} is between nothing and something that matters",
        };

    private static string Lost(Change worth) =>
        worth is { Accuracy: { } accuracy, AccuracyInterval: [var low, var high] }
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the held-out accuracy changes by {100 * accuracy:+0.0;-0.0;0.0} points "
                    + $"({100 * low:+0.0;-0.0;0.0} to {100 * high:+0.0;-0.0;0.0})"
            )
            : string.Create(
                CultureInfo.InvariantCulture,
                $"the held-out loss rises by {worth.Loss:0.000} ({worth.LossInterval[0]:0.000} to {worth.LossInterval[1]:0.000})"
            );
}
