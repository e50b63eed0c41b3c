namespace ConcatService.Domain.Telemetry.Rules;

/// <summary>
/// The branch has nothing in common with the other branches nor with the targets. Only beside branches that are similar to each other: two
/// views of different things have nothing in common either, and a branch that has not learned yet looks like noise. Where no two are, as
/// beside one other branch, <see cref="Unused"/> tells.
/// </summary>
internal sealed class Noise : VerdictRule
{
    private const double Limit = 0.1, TargetLimit = Limit / 2, OthersAlike = 0.3;

    public override string Code => "noise";

    public override Signal Signal => Signals.Similarity;

    internal override Verdict? Look(ConcatSamples samples, int branch)
    {
        if (!IsFound(samples, branch))
            return null;
        var (others, targets) = (samples.Newest(branch, Signal), samples.Newest(branch, Signals.TargetSimilarity));
        return Found(
            samples, branch, others.Average(), Limit,
            $"samples that are similar in it are similar neither in another branch (mean CKA {others.Average():0.00}) "
                + $"nor in the targets ({targets.Average():0.00})",
            "Check the input of this branch, and train without it for comparison");
    }

    internal static bool IsFound(ConcatSamples samples, int branch)
    {
        var (others, targets) = (samples.Newest(branch, Signals.Similarity), samples.Newest(branch, Signals.TargetSimilarity));
        return others.Count >= Verdicts.Window
            && targets.Count >= Verdicts.Window
            && others.Average() < Limit
            && targets.Average() < TargetLimit
            && HasSimilarBranches(samples, branch);
    }

    private static bool HasSimilarBranches(ConcatSamples samples, int except) => samples.Branches.Any(branch =>
        branch != except
        && samples.Newest(branch, Signals.Similarity) is { Count: Verdicts.Window } similarity
        && similarity.Average() >= OthersAlike);
}
