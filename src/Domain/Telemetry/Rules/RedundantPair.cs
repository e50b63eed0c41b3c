using System.Globalization;

namespace ConcatService.Domain.Telemetry.Rules;

/// <summary>Either of two branches costs nothing, both together do. Said of the later of the two.</summary>
internal sealed class RedundantPair : VerdictRule
{
    public override string Code => "redundant_pair";

    public override Signal Signal => Signals.PairLow;

    internal override Verdict? Look(ConcatSamples samples, int branch)
    {
        if (!BranchUse.IsFree(samples, branch) || BranchUse.PartnerOf(samples, branch) is not { } other || other >= branch)
            return null;
        if (!BranchUse.IsFree(samples, other))
            return null;
        var low = samples.Last(branch, Signal);
        var name = samples.Node.Branches[other].Name;
        return Found(
            samples, branch, low, 0,
            string.Create(
                CultureInfo.InvariantCulture,
                $"either it or {name} can be left out, but not both: alone neither changes the held-out loss, and without both it rises by "
                    + $"{low:0.000} at least"
            ),
            $"Remove one of the two, or give this one another input than {name}"
        );
    }
}
