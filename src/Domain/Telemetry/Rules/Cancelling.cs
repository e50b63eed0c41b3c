namespace ConcatService.Domain.Telemetry.Rules;

/// <summary>The next layer subtracts the branch: its contribution is below -25 %.</summary>
internal sealed class Cancelling : VerdictRule
{
    private const double Limit = -0.25;

    public override string Code => "cancelling";

    public override Signal Signal => Signals.ContributionShare;

    internal override Verdict? Look(ConcatSamples samples, int branch)
    {
        if (!samples.Always(branch, Signal, share => share < Limit))
            return null;
        var share = samples.Last(branch, Signal);
        return Found(
            samples, branch, share, Limit,
            $"{samples.Node.Weighing} subtracts it: its contribution is {share:0 %} of the sum of all branches",
            "Check whether it repeats another branch; remove it or make it narrower");
    }
}
