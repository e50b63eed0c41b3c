namespace ConcatService.Domain.Telemetry.Rules;

/// <summary>A wide branch contributes under 1 % of what the next layer computes. Silent where a branch is scaled.</summary>
internal sealed class Ignored : VerdictRule
{
    private const double Limit = 0.01, LeastWidth = 0.1;

    public override string Code => "ignored";

    public override Signal Signal => Signals.ContributionShare;

    internal override Verdict? Look(ConcatSamples samples, int branch)
    {
        var branches = samples.Node.Branches;
        var width = (double)branches[branch].Width / Math.Max(1, branches.Sum(each => each.Width));
        if (width <= LeastWidth || !samples.Always(branch, Signal, share => Math.Abs(share) < Limit) || !samples.IsBalanced)
            return null;
        var share = samples.Last(branch, Signal);
        return Found(
            samples, branch, share, Limit,
            $"it has {width:0 %} of the channels and contributes {share:0.0 %} of what {samples.Node.Weighing} computes",
            "Remove it, make it narrower, or weight the branches with \"fuse\": \"se\"");
    }
}
