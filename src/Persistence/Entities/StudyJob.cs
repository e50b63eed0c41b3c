namespace ConcatService.Persistence.Entities;

/// <summary>A job of a study: one for each variant and seed. Goes when the job goes, or the study.</summary>
public sealed class StudyJob
{
    public Guid StudyId { get; init; }

    public required string Variant { get; init; }

    /// <summary>The job's <c>settings.seed</c>.</summary>
    public long Seed { get; init; }

    public int TeamId { get; init; }

    public Guid JobId { get; init; }
}
