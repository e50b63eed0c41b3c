using System.Text.Json;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Jobs;

/// <summary>A job as everybody sees it.</summary>
/// <param name="Kind"><c>training</c>, or <c>repair</c>: one that looks for a repair of another job, and makes no model.</param>
/// <param name="RepairOf">The job that is to be repaired; null for a training, and when that job was deleted.</param>
/// <param name="Name">As the request gave it, otherwise the spec's.</param>
/// <param name="Settings">Every value; what was used once a trainer has decided on each <c>auto</c>.</param>
/// <param name="PredictedMemoryBytes">What the training is expected to need at its peak; <c>result.peak_memory_bytes</c> is what it needed.
/// Null on a GPU.</param>
/// <param name="InitialWeights">What became of the weights that the job begins with; null where it begins from random ones.</param>
/// <param name="Notice">Why a queued job will not start by itself, or null.</param>
internal sealed record JobResource(
    Guid Id,
    string Kind,
    Guid? RepairOf,
    string Name,
    string[] Tags,
    JobState State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    DateTimeOffset? EstimatedFinishAt,
    JobResource.Progressed Progress,
    IReadOnlyList<JobResource.Attempted> Attempts,
    string Dataset,
    Guid? ArchitectureId,
    JsonElement Settings,
    long? PredictedMemoryBytes,
    JsonElement? Environment,
    JsonElement? Result,
    JobResource.Made? Model,
    JsonElement? Error,
    JsonElement? Metadata,
    WeightsReport? InitialWeights,
    string? Notice
)
{
    /// <param name="SamplesPerSecond">Of training steps only.</param>
    public sealed record Progressed(int Epoch, int Epochs, long Step, long Steps, double Percent, double? SamplesPerSecond);

    /// <param name="ProcessId">The trainer's.</param>
    public sealed record Attempted(
        int Number,
        long Fence,
        string Worker,
        int ProcessId,
        DateTimeOffset StartedAt,
        DateTimeOffset? EndedAt,
        string? Reason
    );

    /// <summary>The model version that the job made.</summary>
    /// <param name="State"><c>ready</c>, or <c>quarantined</c>: served only by an alias.</param>
    public sealed record Made(string Name, string Version, string State, string WeightsSha256);

    public static JobResource Of(Job job, IEnumerable<JobAttempt> attempts, Made? model, string? notice) => new(
        job.Id, job.Repair is null ? "training" : "repair", job.RepairOf,
        job.Name, job.Tags, job.State, job.CreatedAt, job.StartedAt, job.FinishedAt, job.EstimatedFinishAt,
        new(job.Epoch, job.Epochs, job.Step, job.Steps, job.Percent, job.SamplesPerSecond),
            [
                .. attempts.Select(each => new Attempted(
                    each.Number,
                    each.Fence,
                    each.Worker,
                    each.ProcessId,
                    each.StartedAt,
                    each.EndedAt,
                    each.Reason
                )),
            ],
            job.Dataset,
            job.ArchitectureId,
            job.ResolvedSettings ?? job.Settings,
            job.PredictedMemoryBytes,
            job.Environment,
            job.Result,
            model,
            job.Error,
            job.Metadata,
            job.InitialWeights is { } weights ? WeightsPlan.Parse(weights).Report : null,
            notice
        );
}
