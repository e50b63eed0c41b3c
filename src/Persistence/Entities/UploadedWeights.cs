using System.Text.Json;

namespace ConcatService.Persistence.Entities;

/// <summary>A file of weights that a team brought to start trainings from. The file is a blob; this says where its tensors lie.</summary>
public sealed class UploadedWeights
{
    /// <summary>Version 7: sorts by creation.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public int TeamId { get; init; }

    /// <summary>The owner's own word for it.</summary>
    public required string Name { get; init; }

    /// <summary><c>safetensors</c>, <c>onnx</c> or <c>darknet</c>.</summary>
    public required string Format { get; init; }

    /// <summary>A <see cref="Domain.Jobs.StoredWeights"/>.</summary>
    public required JsonElement Content { get; init; }

    /// <summary>How many tensors it has.</summary>
    public int Tensors { get; init; }

    /// <summary>See <see cref="Domain.Jobs.StoredWeights.IsNetwork"/>.</summary>
    public bool IsNetwork { get; init; }

    /// <summary>The blob: the file as it was sent.</summary>
    public required string Sha256 { get; init; }

    public long LengthBytes { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
