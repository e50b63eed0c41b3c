namespace ConcatService.Persistence.Entities;

/// <summary>
/// The short number that stands for a metric's name in <c>metrics</c>. Names are the service's own and shared by all teams.
/// </summary>
public sealed class MetricName
{
    public int Id { get; init; }

    public required string Name { get; init; }
}
