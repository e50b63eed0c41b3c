namespace ConcatService.Domain.Telemetry;

/// <summary>What the newest evaluations say a branch is worth.</summary>
internal static class BranchUse
{
    /// <summary>In a row: in a short training a branch may just have learned less than the others.</summary>
    private const int Evaluations = Verdicts.Window;

    /// <summary>Of what the network loses without its most needed branch. Healthy branches that are needed little cost more.</summary>
    private const double Negligible = 0.05;

    /// <summary>
    /// Whether nothing is lost without the branch: in each evaluation both intervals of the loss's change reach 0 or below, and neither
    /// goes beyond a twentieth of what the most needed branch, or pair, is worth.
    /// </summary>
    public static bool IsFree(ConcatSamples samples, int branch)
    {
        if (samples.Node.IsNested)
            return false;
        for (var back = 1; back <= Evaluations; back++)
        {
            if (Worth(samples, back) is not (> 0 and var worth))
                return false;
            foreach (var change in new[] { Signals.Mean, Signals.Shuffle })
            {
                var (low, high) = (At(samples, branch, change.LossLow, back), At(samples, branch, change.LossHigh, back));
                if (!(low <= 0 && high <= Negligible * worth))
                    return false;
            }
        }

        return true;
    }

    /// <summary>The other branch of a pair of which the network needs one; null where there is none.</summary>
    public static int? PartnerOf(ConcatSamples samples, int branch) =>
        At(samples, branch, Signals.PairLow, 1) is { } low
        && low > Negligible * (Worth(samples, 1) ?? double.MaxValue)
        && At(samples, branch, Signals.PairWith, 1) is { } with
        && with >= 0
        && with < samples.Node.Branches.Count
            ? (int)with
            : null;

    /// <summary>What is certainly lost without the branch or pair that is needed most; null where a branch was not measured.</summary>
    private static double? Worth(ConcatSamples samples, int back)
    {
        var most = double.NegativeInfinity;
        foreach (var branch in samples.Branches)
        {
            if (At(samples, branch, Signals.Shuffle.LossLow, back) is not { } low)
                return null;
            most = Math.Max(most, Math.Max(low, At(samples, branch, Signals.PairLow, back) ?? low));
        }

        return most;
    }

    private static double? At(ConcatSamples samples, int branch, Signal signal, int back) =>
        samples.Newest(branch, signal) is { } values && values.Count >= back ? values[^back] : null;
}
