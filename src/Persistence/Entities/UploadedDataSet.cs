using System.Text.Json;

namespace ConcatService.Persistence.Entities;

/// <summary>One version of a team's own data set. Its values are a blob; this says what they are.</summary>
public sealed class UploadedDataSet
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public int TeamId { get; init; }

    /// <summary>Lower-case letters, digits and <c>-</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Counts from 1 per team and name.</summary>
    public int Version { get; init; }

    /// <summary>A <see cref="Domain.Data.StoredDataSet"/>.</summary>
    public required JsonElement Content { get; init; }

    /// <summary>By field: the smallest and largest value, mean and deviation; how many training samples each class has.</summary>
    public required JsonElement Statistics { get; init; }

    /// <summary>The blob.</summary>
    public required string Sha256 { get; init; }

    public long LengthBytes { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
