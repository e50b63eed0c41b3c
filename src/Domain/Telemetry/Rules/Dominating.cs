using System.Globalization;

namespace ConcatService.Domain.Telemetry.Rules;

/// <summary>The network needs this branch and none of the others.</summary>
internal sealed class Dominating : VerdictRule
{
    public override string Code => "dominating";

    public override Signal Signal => Signals.Shuffle.LossLow;

    internal override Verdict? Look(ConcatSamples samples, int branch)
    {
        var others = samples.Branches.Where(other => other != branch).ToList();
        if (others.Count == 0 || BranchUse.IsFree(samples, branch))
            return null;
        if (!others.TrueForAll(other => !samples.IsDead(other) && BranchUse.IsFree(samples, other)))
            return null;
        if (others.Exists(other => BranchUse.PartnerOf(samples, other) is not null))
            return null;
        var low = samples.Last(branch, Signal);
        return Found(
            samples, branch, low, 0,
            string.Create(
                CultureInfo.InvariantCulture,
                $"it is all that the network needs: without it the held-out loss rises by {low:0.000} at least, without any other branch "
                    + $"it does not rise"
            ),
            "Check whether its input contains the target, and whether the other branches' inputs say anything of it"
        );
    }
}
