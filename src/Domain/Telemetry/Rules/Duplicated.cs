namespace ConcatService.Domain.Telemetry.Rules;

/// <summary>The branch represents the samples as an earlier one does. Said of the later of the two.</summary>
internal sealed class Duplicated : VerdictRule
{
    private const double Limit = 0.99;

    public override string Code => "duplicated";

    public override Signal Signal => Signals.Similarity;

    internal override Verdict? Look(ConcatSamples samples, int branch)
    {
        if (!samples.Always(branch, Signal, similarity => similarity >= Limit) || samples.Newest(branch, Signals.Twin).Count == 0)
            return null;
        var twin = (int)samples.Last(branch, Signals.Twin);
        if (twin >= branch || twin < 0)
            return null;
        var (similarity, other) = (samples.Last(branch, Signal), samples.Node.Branches[twin].Name);
        return Found(
            samples, branch, similarity, Limit,
            $"it represents the samples as {other} does (CKA {similarity:0.000})",
            $"Remove one of the two, or give this one another kernel size, depth or input than {other}");
    }
}
