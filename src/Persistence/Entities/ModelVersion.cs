using System.Text.Json;

namespace ConcatService.Persistence.Entities;

/// <summary>What one job left behind, or one of its checkpoints: an ONNX file that was proven equal to what was trained.</summary>
public sealed class ModelVersion
{
    public Guid ModelId { get; init; }

    /// <summary>From 1 per model.</summary>
    public int Version { get; init; }

    public int TeamId { get; init; }

    /// <summary>Unique with <see cref="CheckpointStep"/>: a job makes one version, however often its last step is repeated.</summary>
    public Guid JobId { get; init; }

    /// <summary>The step of the checkpoint that this is; null for what the job ended with.</summary>
    public long? CheckpointStep { get; init; }

    /// <summary>The blob that holds the ONNX file.</summary>
    public required string OnnxSha256 { get; init; }

    /// <summary>Of parameters and buffers in declared order.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>Tensors as the Open Inference Protocol describes them.</summary>
    public required JsonElement Inputs { get; init; }

    public required JsonElement Outputs { get; init; }

    /// <summary>Labels in the order of the scores, or null.</summary>
    public JsonElement? Classes { get; init; }

    public required JsonElement Metrics { get; init; }

    public required JsonElement Parity { get; init; }

    /// <summary>The state of a version that callers get by default.</summary>
    public const string Ready = "ready";

    /// <summary>The state of one that they get only by an alias.</summary>
    public const string Quarantined = "quarantined";

    /// <summary><see cref="Ready"/> or <see cref="Quarantined"/>.</summary>
    public required string State { get; set; }

    /// <summary>Why it is quarantined: a list of <c>{ code, message }</c>; null for one that is ready.</summary>
    public JsonElement? StateReasons { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
