namespace ConcatService.Domain.Repairs;

/// <summary>Which findings another spec or other settings may mend, and which are faults of the data.</summary>
public static class FindingKinds
{
    /// <summary>Codes of findings that a race may mend.</summary>
    private static readonly HashSet<string> Mendable =
    [
        "scaled", "dead", "starved", "ignored", "cancelling", "collapsed", // verdicts
        "unequal_inputs", "concat.bottleneck", "concat.saturating_branch", "train.high_dropout", "train.saturation_stack", // lint
        "diverged", "exploded", "chance", // how the training ended
    ];

    /// <summary>Codes of findings that only other data mends, or a decision of the owner.</summary>
    private static readonly HashSet<string> OfData =
    [
        "noise", "unused", "dominating", "redundant_pair", "duplicated",
        "equal_inputs", "constant_input", "constant_columns", "sentinel", "target_leak", "evaluation_gap", "parity",
    ];

    /// <summary>Verdicts on a branch whose input says nothing, whatever the network does with it.</summary>
    private static readonly HashSet<string> OfConstants = ["dead", "collapsed", "starved", "ignored", "cancelling"];

    /// <summary>Whether a finding follows from a fault of the data, so that nothing but other data mends it.</summary>
    public static bool Follows(string code, IReadOnlyList<RepairFinding> ofData) =>
        OfConstants.Contains(code) && ofData.Any(finding => finding.Code == "constant_input");

    /// <summary>Whether a change of spec or settings may mend it.</summary>
    public static bool IsMendable(string code) => Mendable.Contains(code);

    /// <summary>Whether it is told and left to the owner. A code that is neither says nothing that must be mended.</summary>
    public static bool IsOfData(string code) => OfData.Contains(code);
}
