namespace ConcatService.Domain.Telemetry.Rules;

/// <summary>The branch's gradient is less than a thousandth of that of the branch with the largest one.</summary>
internal sealed class Starved : VerdictRule
{
    private const double Limit = 1e-3;

    public override string Code => "starved";

    public override Signal Signal => Signals.GradientRms;

    internal override Verdict? Look(ConcatSamples samples, int branch)
    {
        var own = samples.Newest(branch, Signal);
        if (own.Count < Verdicts.Window || !samples.Node.Joins)
            return null;
        var largest = Enumerable.Range(0, Verdicts.Window).Select(at => Largest(samples, at)).ToList();
        if (!own.Zip(largest).All(pair => pair.Second > 0 && pair.First / pair.Second < Limit))
            return null;
        return Found(
            samples, branch, own[^1] / largest[^1], Limit,
            $"its gradient is {own[^1] / largest[^1]:g2} times that of the branch with the largest one, so it hardly learns",
            "Check whether a layer behind the concat multiplies it by zero, or give the branch a loss of its own");
    }

    private static double Largest(ConcatSamples samples, int at) =>
        samples.Branches.Max(branch => samples.Newest(branch, Signals.GradientRms) is { Count: Verdicts.Window } values ? values[at] : 0);
}
