namespace ConcatService.Domain.Telemetry.Rules;

/// <summary>
/// The branch's values are ten times larger or smaller than those of the other branches: than the median of the live ones, or, of two, than
/// the other, where this is the one whose size is farther from 1. An alarm at a hundred times.
/// </summary>
internal sealed class Scaled : VerdictRule
{
    private const double Limit = 10, AlarmLimit = 100;

    public override string Code => "scaled";

    public override Signal Signal => Signals.ActivationRms;

    /// <summary>The branch's RMS by that of the others in the newest sample; null where the branch is not scaled.</summary>
    internal static double? RatioOf(ConcatSamples samples, int branch)
    {
        var others = OthersOf(samples, branch);
        if (samples.IsDead(branch) || others.Count == 0)
            return null;
        if (samples.Branches.Any(each => samples.Newest(each, Signals.ActivationRms).Count < Verdicts.Window))
            return null;
        var own = samples.Newest(branch, Signals.ActivationRms);
        var ratios = Enumerable.Range(0, Verdicts.Window).Select(at => own[at] / Median(samples, others, at)).ToList();
        if (!ratios.TrueForAll(ratio => ratio >= Limit) && !ratios.TrueForAll(ratio => ratio <= 1 / Limit))
            return null;
        var other = Median(samples, others, Verdicts.Window - 1);
        return others.Count == 1 && Math.Abs(Math.Log(own[^1])) < Math.Abs(Math.Log(other)) ? null : ratios[^1];
    }

    internal override Verdict? Look(ConcatSamples samples, int branch)
    {
        if (RatioOf(samples, branch) is not { } ratio)
            return null;
        var isLarger = ratio >= Limit;
        var times = isLarger ? ratio : 1 / ratio;
        var (own, other) = (samples.Last(branch, Signal), Median(samples, OthersOf(samples, branch), Verdicts.Window - 1));
        return Found(
            samples, branch, ratio, isLarger ? Limit : 1 / Limit,
            $"its values are {times:0.#} times {(isLarger ? "larger" : "smaller")} than those of the other branches "
                + $"(RMS {own:g3} and {other:g3}), "
                + (isLarger ? "so the next layer hardly sees the others" : "so the next layer hardly sees it"),
            "End each branch with a batch_norm, or join with \"fuse\": \"l2norm\"",
            isAlarm: times >= AlarmLimit);
    }

    private static List<int> OthersOf(ConcatSamples samples, int branch)
    {
        var live = samples.Branches.Where(each => !samples.IsDead(each)).ToList();
        return live.Count > 2 ? live : [.. live.Where(each => each != branch)];
    }

    /// <summary>The geometric mean of the one or two middle values.</summary>
    private static double Median(ConcatSamples samples, List<int> branches, int at)
    {
        var sorted = branches.Select(branch => samples.Newest(branch, Signals.ActivationRms)[at]).Order().ToList();
        return Math.Max(Math.Sqrt(sorted[(sorted.Count - 1) / 2] * sorted[sorted.Count / 2]), 1e-30);
    }
}
