using ConcatService.Domain.Jobs;

namespace ConcatService.Domain.Telemetry;

/// <summary>
/// What the newest samples of a concat say about its branches. Every rule must hold in each of the last <see cref="Window"/> samples: one
/// batch may be unusual, three in a row hardly.
/// </summary>
public static class Verdicts
{
    /// <summary>Samples in a row.</summary>
    public const int Window = 3;

    /// <summary>Why nothing is said of a merge of which there are too few samples, and what to do; null where there are enough.</summary>
    /// <param name="samples">Taken so far.</param>
    /// <param name="mode">How the training is watched.</param>
    /// <param name="isOver">Whether no more samples come.</param>
    public static string? ReasonForSilence(int samples, TelemetryMode mode, bool isOver)
    {
        if (samples >= Window)
            return null;
        if (mode == TelemetryMode.Off)
            return "settings.telemetry is 'off', so no sample is taken. Train with 'auto' or 'dense'.";
        var taken = $"{samples} sample{(samples == 1 ? " has" : "s have")} been taken, and a verdict needs {Window} in a row.";
        return isOver
            ? $"{taken} The training was too short or ended too early: train with settings.telemetry 'dense'."
            : $"{taken} Ask again later.";
    }

    /// <summary>One list for each branch, in their order.</summary>
    /// <param name="series">The values of a signal in the newest samples, oldest first; too few say nothing.</param>
    public static IReadOnlyList<IReadOnlyList<Verdict>> Of(ConcatNode node, Func<ConcatBranch, Signal, IReadOnlyList<double>> series)
    {
        var samples = new ConcatSamples(node, series);
        return [.. samples.Branches.Select(branch => Of(samples, branch))];
    }

    private static List<Verdict> Of(ConcatSamples samples, int branch)
    {
        var rules = VerdictRule.All.Where(rule =>
            rule.JudgesDead == samples.IsDead(branch) && (rule.JudgesDead || !samples.Node.JudgesDeathOnly)
        );
        return [.. rules.Select(rule => rule.Look(samples, branch)).OfType<Verdict>()];
    }
}
