using System.Text.Json;
using System.Text.Json.Serialization;
using ConcatService.Persistence.Models;

namespace ConcatService.Worker.Protocol;

/// <summary>One line of JSON on the pipes between the supervisor and a trainer.</summary>
/// <param name="Kind">What it says; the other members belong to one kind each.</param>
internal sealed record Message(MessageKind Kind)
{
    /// <summary>With <see cref="MessageKind.Run"/>: the claimed job.</summary>
    public Guid JobId { get; init; }

    public int TeamId { get; init; }

    public long Fence { get; init; }

    /// <summary>With <see cref="MessageKind.Run"/>: the supervisor's id, the actor in the job's transitions.</summary>
    public string Worker { get; init; } = "";

    /// <summary>With <see cref="MessageKind.Run"/>: what the training is a part of; empty where nobody traces.</summary>
    public string Traceparent { get; init; } = "";

    /// <summary>With <see cref="MessageKind.Ready"/>: <c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "";

    /// <summary>With <see cref="MessageKind.Export"/>: of the checkpoint.</summary>
    public long Step { get; init; }

    /// <summary>With <see cref="MessageKind.Export"/>: the checkpoint's bytes.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>With <see cref="MessageKind.Exported"/>: the version to publish; null when there is none.</summary>
    public NewModelVersion? Version { get; init; }

    /// <summary>With <see cref="MessageKind.Exported"/>: why there is no version.</summary>
    public string Problem { get; init; } = "";

    public string ToLine() => JsonSerializer.Serialize(this, MessageFormat.Default.Message);

    public static Message Parse(string line) => JsonSerializer.Deserialize(line, MessageFormat.Default.Message)!;
}

/// <summary>What a <see cref="Message"/> says.</summary>
internal enum MessageKind
{
    /// <summary>To the trainer and back, every few seconds: I am here.</summary>
    Alive,

    /// <summary>From the trainer: libtorch is loaded and has taken a step.</summary>
    Ready,

    /// <summary>To the trainer: this is your job.</summary>
    Run,

    /// <summary>To the trainer: make a model of this checkpoint.</summary>
    Export,

    /// <summary>From the trainer: this is it, its file is stored.</summary>
    Exported,

    /// <summary>To the trainer: end in good order, now.</summary>
    Stop,

    /// <summary>To the trainer: write a checkpoint, then end.</summary>
    Leave,
}

/// <summary>
/// Generated, because reflection would cost the first message 50 ms. Every member is always written, so no default can get lost.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Message))]
internal sealed partial class MessageFormat : JsonSerializerContext;
