using System.Text.Json.Nodes;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Repairs;

/// <summary>A change of a job that may mend it, compiled.</summary>
/// <param name="Id">Stable within the repair: <c>normalize</c>.</param>
/// <param name="Why">What it does, a sentence.</param>
/// <param name="Patch">RFC 6902 on <c>{ "architecture": …, "settings": … }</c>; empty for "change nothing".</param>
/// <param name="Body">The patched <c>architecture</c> and <c>settings</c>, as <c>POST /v1/jobs</c> takes them.</param>
/// <param name="Compiled">The patched spec for the job's data, every layer with the name that it had before; it has a plan.</param>
/// <param name="Settings">As asked, not resolved.</param>
public sealed record RepairCandidate(
    string Id,
    string Why,
    JsonArray Patch,
    JsonObject Body,
    Compilation Compiled,
    TrainingSettings Settings
)
{
    /// <summary>The id of the candidate that changes nothing, with which all others are compared.</summary>
    public const string Nothing = "nothing";

    public Plan Plan => Compiled.Plan!;

    public bool IsNothing => Id == Nothing;
}
