namespace ConcatService.Domain.Telemetry.Rules;

/// <summary>Half of the branch's channels or more are zero for every sample. An alarm when all are.</summary>
internal sealed class Dead : VerdictRule
{
    private const double Limit = 0.5;

    public override string Code => "dead";

    public override Signal Signal => Signals.DeadChannels;

    internal override bool JudgesDead => true;

    internal static bool IsFound(ConcatSamples samples, int branch) =>
        samples.Always(branch, Signals.DeadChannels, share => share >= Limit);

    internal override Verdict? Look(ConcatSamples samples, int branch)
    {
        var share = samples.Last(branch, Signal);
        return Found(
            samples, branch, share, Limit,
            $"{share:0 %} of its channels are zero for every sample",
            "Lower optimizer.lr, put a batch_norm before its activation, or use leaky_relu",
            isAlarm: share == 1);
    }
}
