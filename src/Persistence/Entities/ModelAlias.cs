namespace ConcatService.Persistence.Entities;

/// <summary>A name for a version of a model, which can be moved to another version and back.</summary>
public sealed class ModelAlias
{
    /// <summary>The alias that callers get who name no version.</summary>
    public const string Production = "production";

    public Guid ModelId { get; init; }

    /// <summary>Lower-case letters, digits and <c>-</c>, beginning with a letter; not <c>latest</c>.</summary>
    public required string Name { get; init; }

    public int TeamId { get; init; }

    public int Version { get; set; }

    /// <summary>Where it was before, and goes when it is moved back.</summary>
    public int? PreviousVersion { get; set; }

    public DateTimeOffset MovedAt { get; set; }
}
