using System.Text.Json;

namespace ConcatService.Persistence.Entities;

/// <summary>A comparison of variants of a spec: jobs of the same seeds for each, and what is read from their results.</summary>
public sealed class Study
{
    /// <summary>Version 7: sorts by creation.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public int TeamId { get; init; }

    public required string Name { get; init; }

    /// <summary>The spec exactly as it was sent; a variant is this spec with a patch.</summary>
    public required string Spec { get; init; }

    public required string Dataset { get; init; }

    /// <summary>As asked; a job's differ by the variant's patch and the seed.</summary>
    public required JsonElement Settings { get; init; }

    /// <summary>Merges, variants with their patches and sizes, what was left out, and what the study can show.</summary>
    public required JsonElement Design { get; init; }

    /// <summary>The variant that the others are compared with.</summary>
    public required string Baseline { get; init; }

    /// <summary>How many jobs each variant has.</summary>
    public int Seeds { get; init; }

    public required string ModelName { get; init; }

    /// <summary>Variants that get no further seeds, each with the number of seeds after which: an object.</summary>
    public JsonElement? Stopped { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? CancelledAt { get; init; }

    /// <summary>When its last job had ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
