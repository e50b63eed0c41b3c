using System.Text.Json;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Models;

/// <summary>A model's card: what it takes and gives, what it was trained as, how well it does, and that its export was proven.</summary>
/// <param name="State"><c>ready</c>, or <c>quarantined</c>: served only by an alias.</param>
/// <param name="StateReasons">Why it is quarantined; empty where it is ready.</param>
/// <param name="CheckpointStep">The step of the job's checkpoint that this is; null for what the job ended with.</param>
/// <param name="Inputs">Tensors as the Open Inference Protocol describes them; -1 for sizes that vary.</param>
/// <param name="Classes">Labels in the order of the scores, or null.</param>
/// <param name="Parity">The differences between the trained network and ONNX Runtime on held-out samples.</param>
internal sealed record VersionResource(
    string Model,
    string Version,
    string State,
    IReadOnlyList<VersionResource.Reason> StateReasons,
    Guid JobId,
    long? CheckpointStep,
    DateTimeOffset CreatedAt,
    JsonElement Inputs,
    JsonElement Outputs,
    JsonElement? Classes,
    JsonElement Metrics,
    JsonElement Parity,
    string WeightsSha256,
    string OnnxSha256
)
{
    /// <param name="Code"><c>chance</c>, <c>exploded</c>, or the code of a verdict that is an alarm.</param>
    /// <param name="Message">What was found, with the numbers, and what to do.</param>
    public sealed record Reason(string Code, string Message);

    public static VersionResource Of(string model, ModelVersion version) =>
        new(
            model,
            version.Version.ToString(),
            version.State,
            version.StateReasons?.Deserialize<Reason[]>(JsonSerializerOptions.Web) ?? [],
            version.JobId,
            version.CheckpointStep,
            version.CreatedAt,
            version.Inputs,
            version.Outputs,
            version.Classes,
            version.Metrics,
            version.Parity,
            version.WeightsSha256,
            version.OnnxSha256
        );
}
