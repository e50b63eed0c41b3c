namespace ConcatService.Domain.Telemetry.Rules;

/// <summary>A branch of four channels or more varies in one direction only.</summary>
internal sealed class Collapsed : VerdictRule
{
    private const double Limit = 1.1;
    private const long LeastWidth = 4;

    public override string Code => "collapsed";

    public override Signal Signal => Signals.EffectiveRank;

    internal override Verdict? Look(ConcatSamples samples, int branch)
    {
        var width = samples.Node.Branches[branch].Width;
        if (width < LeastWidth || !samples.Always(branch, Signal, rank => rank < Limit))
            return null;
        var rank = samples.Last(branch, Signal);
        return Found(
            samples, branch, rank, Limit,
            $"its {width} channels vary in {rank:0.00} directions over the samples (effective rank)",
            "Put a batch_norm behind it, lower optimizer.lr, or make it narrower");
    }
}
