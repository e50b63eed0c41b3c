using System.Text.Json;
using ConcatService.Domain.Jobs;

namespace ConcatService.Api.Studies;

/// <summary>A study as everybody sees it.</summary>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>finished</c>, <c>cancelling</c> or <c>cancelled</c>.</param>
/// <param name="Settings">Of the jobs; the seed is that of the first.</param>
/// <param name="Merges">The concats whose ways to fuse are compared; empty where the variants are patches alone.</param>
/// <param name="Baseline">The variant that the others are compared with.</param>
/// <param name="Seeds">Jobs of each variant.</param>
/// <param name="Measure">What values are: <c>test_accuracy</c>, 0 to 1, or <c>-test_loss</c> for tasks without one.</param>
/// <param name="Tag">All jobs of the study have it: <c>GET /v1/jobs?tag=…</c>.</param>
/// <param name="ModelName">The model that their versions belong to.</param>
internal sealed record StudyResource(
    Guid Id,
    string Name,
    string State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    string Dataset,
    JsonElement Settings,
    IReadOnlyList<string> Merges,
    string Baseline,
    int Seeds,
    string Measure,
    StudyResource.Progressed Progress,
    IReadOnlyList<StudyResource.Variant> Variants,
    IReadOnlyList<StudyDesign.Omitted> LeftOut,
    StudyDesign.Planned Plan,
    string Tag,
    string ModelName
)
{
    /// <param name="Jobs">All that are still there.</param>
    /// <param name="Ended">With a result or without.</param>
    /// <param name="Succeeded">With a result.</param>
    /// <param name="SecondsLeft">From the jobs that have ended; null before the first.</param>
    public sealed record Progressed(int Jobs, int Ended, int Succeeded, double Percent, double? SecondsLeft);

    /// <param name="Patch">JSON Patch that makes it of the spec.</param>
    /// <param name="SettingsPatch">JSON Patch on the settings; null where they are the same.</param>
    /// <param name="Macs">Multiply-accumulates for one sample.</param>
    /// <param name="IsMatched">Whether its width was chosen for as many parameters as the baseline has.</param>
    /// <param name="Mean">Of the values; null before the first.</param>
    /// <param name="StoppedAfter">The seeds after which it got no further ones; null where it was not stopped.</param>
    public sealed record Variant(
        string Name,
        JsonElement Patch,
        JsonElement? SettingsPatch,
        long Parameters,
        long? Macs,
        bool IsMatched,
        double? Mean,
        int? StoppedAfter,
        IReadOnlyList<Run> Jobs
    );

    /// <param name="Value">In the study's measure, higher is better; null before the job succeeded.</param>
    public sealed record Run(long Seed, Guid JobId, JobState State, double? Value);
}
