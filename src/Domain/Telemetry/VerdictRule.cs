using ConcatService.Domain.Telemetry.Rules;

namespace ConcatService.Domain.Telemetry;

/// <summary>One way in which a branch fails its network, told from samples of the training. Limits: decision 20.</summary>
public abstract class VerdictRule
{
    /// <summary>All rules, in the order in which their verdicts are reported.</summary>
    public static IReadOnlyList<VerdictRule> All { get; } =
    [
        new Dead(), new Scaled(), new Starved(), new Ignored(), new Cancelling(), new Duplicated(), new Noise(), new Collapsed(),
        new Unused(), new RedundantPair(), new Dominating(),
    ];

    /// <summary>The code of the rule's verdicts: <c>dead</c>.</summary>
    public abstract string Code { get; }

    /// <summary>What the rule compares.</summary>
    public abstract Signal Signal { get; }

    /// <summary>Whether the rule is about dead branches, of which nothing else is worth saying. Default: about live ones.</summary>
    internal virtual bool JudgesDead => false;

    /// <summary>Null where the rule finds nothing, and while there are fewer samples than <see cref="Verdicts.Window"/>.</summary>
    /// <param name="branch">From 0.</param>
    internal abstract Verdict? Look(ConcatSamples samples, int branch);

    /// <param name="what">What was found, with the numbers; completes "its branch".</param>
    /// <param name="advice">What to do, a sentence without its period.</param>
    private protected Verdict Found(
        ConcatSamples samples, int branch, double value, double threshold, string what, string advice, bool isAlarm = false)
    {
        var message = $"{samples.Node.Name}, branch {samples.Node.Branches[branch].Name}: {what}. {advice}.";
        return new(Code, isAlarm ? "alarm" : "warning", message, Signal.Name, value, threshold);
    }
}
