using System.Globalization;

namespace ConcatService.Domain.Telemetry.Rules;

/// <summary>
/// The branch is active, and the network is as good on held-out samples without it. Silent where it is noise, which says more.
/// </summary>
internal sealed class Unused : VerdictRule
{
    public override string Code => "unused";

    public override Signal Signal => Signals.Shuffle.Loss;

    internal override Verdict? Look(ConcatSamples samples, int branch)
    {
        if (!BranchUse.IsFree(samples, branch) || Noise.IsFound(samples, branch) || BranchUse.PartnerOf(samples, branch) is not null)
            return null;
        var (change, high) = (samples.Last(branch, Signal), samples.Last(branch, Signals.Shuffle.LossHigh));
        var low = samples.Last(branch, Signals.Shuffle.LossLow);
        return Found(
            samples, branch, change, high,
            string.Create(
                CultureInfo.InvariantCulture,
                $"nothing is lost without it: with its values of other samples the held-out loss changes by {change:0.0000} (95 % interval "
                    + $"{low:0.0000} to {high:0.0000})"
            ),
            "Check whether its input has to do with the targets. If not, remove it; if it has, train longer, or the branch alone for "
                + "comparison"
        );
    }
}
