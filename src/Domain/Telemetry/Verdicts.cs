namespace ConcatService.Domain.Telemetry;

/// <summary>
/// What the newest samples of a concat say about its branches. Every rule must hold in each of the last <see cref="Window"/> samples: one
/// batch may be unusual, three in a row hardly.
/// </summary>
public static class Verdicts
{
    /// <summary>Samples in a row.</summary>
    public const int Window = 3;

    /// <summary>One list for each branch, in their order.</summary>
    /// <param name="series">The values of a signal in the newest samples, oldest first; too few say nothing.</param>
    public static IReadOnlyList<IReadOnlyList<Verdict>> Of(ConcatNode node, Func<ConcatBranch, Signal, IReadOnlyList<double>> series)
    {
        var samples = new ConcatSamples(node, series);
        return [.. samples.Branches.Select(branch => Of(samples, branch))];
    }

    private static List<Verdict> Of(ConcatSamples samples, int branch)
    {
        var rules = VerdictRule.All.Where(rule => rule.JudgesDead == samples.IsDead(branch));
        return [.. rules.Select(rule => rule.Look(samples, branch)).OfType<Verdict>()];
    }
}
