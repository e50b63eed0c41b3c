namespace ConcatService.Persistence.Entities;

/// <summary>A spec kept under a name. The same content under the same name is the same version.</summary>
public sealed class Architecture
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public int TeamId { get; init; }

    public required string Name { get; init; }

    /// <summary>Counts from 1 per team and name.</summary>
    public int Version { get; init; }

    /// <summary>SHA-256 of the spec's canonical JSON, lower-case hexadecimal. Unique per team and name.</summary>
    public required string SpecHash { get; init; }

    /// <summary>The JSON exactly as it was sent.</summary>
    public required string Spec { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
