namespace ConcatService.Persistence.Entities;

/// <summary>One value of one series of one job.</summary>
public sealed class Metric
{
    public Guid JobId { get; init; }

    /// <summary>See <see cref="MetricName"/>.</summary>
    public int MetricId { get; init; }

    public long Step { get; init; }

    public int TeamId { get; init; }

    public double Value { get; init; }
}
