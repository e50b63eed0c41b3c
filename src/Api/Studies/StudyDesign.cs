using System.Text.Json;

namespace ConcatService.Api.Studies;

/// <summary>What a study will do and can show, as it was worked out when it was asked for.</summary>
/// <param name="Merges">The concats whose ways to fuse are compared.</param>
/// <param name="Variants">In the order in which they take turns.</param>
/// <param name="LeftOut">Variants of the default list that this spec or data set refuses.</param>
/// <param name="Plan">Before it starts.</param>
internal sealed record StudyDesign(
    IReadOnlyList<string> Merges,
    IReadOnlyList<StudyDesign.Variant> Variants,
    IReadOnlyList<StudyDesign.Omitted> LeftOut,
    StudyDesign.Planned Plan
)
{
    /// <param name="Patch">JSON Patch that makes the variant of the spec; empty for the spec as it was sent.</param>
    /// <param name="SettingsPatch">JSON Patch on the settings; null where they are the same.</param>
    /// <param name="Parameters">Trainable weights and biases.</param>
    /// <param name="Macs">Multiply-accumulates for one sample.</param>
    /// <param name="IsMatched">Whether its width was chosen for as many parameters as the baseline has.</param>
    public sealed record Variant(
        string Name, JsonElement Patch, JsonElement? SettingsPatch, long Parameters, long? Macs, bool IsMatched
    );

    /// <param name="Reason">What is refused, and where.</param>
    public sealed record Omitted(string Name, string Reason);

    /// <param name="Jobs">Variants times seeds.</param>
    /// <param name="EstimatedSeconds">Of all training steps, shared by the workers that listen; null where nothing was measured.</param>
    /// <param name="EstimatedFrom">What the estimate is made of.</param>
    /// <param name="AssumedDeviation">Of a paired difference of test accuracy, 0 to 1, before anything is measured.</param>
    /// <param name="SmallestDifference">Of test accuracy, 0 to 1: what 80 % of such studies find at 5 %, by the normal
    /// approximation.</param>
    /// <param name="SeedsForSignificance">The fewest seeds with which any variant can be significant, Holm's correction included.</param>
    /// <param name="Notes">The same in words.</param>
    public sealed record Planned(
        int Jobs,
        double? EstimatedSeconds,
        string EstimatedFrom,
        double AssumedDeviation,
        double SmallestDifference,
        int SeedsForSignificance,
        IReadOnlyList<string> Notes
    );
}
