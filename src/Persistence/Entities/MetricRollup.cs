namespace ConcatService.Persistence.Entities;

/// <summary>
/// Consecutive points of a long series in one row: its lowest and its highest, so that a chart of them all shows every spike without
/// reading them all.
/// </summary>
/// <remarks>Written with the points, in their transaction; what is behind a checkpoint goes with them when an attempt begins.</remarks>
public sealed class MetricRollup
{
    public Guid JobId { get; init; }

    /// <summary>See <see cref="MetricName"/>.</summary>
    public int MetricId { get; init; }

    public long FirstStep { get; init; }

    public long LastStep { get; init; }

    public int TeamId { get; init; }

    public long LowStep { get; init; }

    public double Low { get; init; }

    public long HighStep { get; init; }

    /// <summary>NaN where one of the points is: PostgreSQL has it above everything.</summary>
    public double High { get; init; }
}
