namespace ConcatService.Persistence.Entities;

/// <summary>What an operator has set for a team. Null: the instance's default.</summary>
public sealed class TeamQuota
{
    public int TeamId { get; init; }

    /// <summary>Jobs that wait or are paused.</summary>
    public int? QueuedJobs { get; set; }

    /// <summary>Jobs that a worker holds.</summary>
    public int? RunningJobs { get; set; }

    /// <summary>Of data sets, checkpoints and models.</summary>
    public long? StoredBytes { get; set; }

    public int? DataSets { get; set; }

    public int? Models { get; set; }

    public int? RequestsPerSecond { get; set; }

    public int? EventStreams { get; set; }

    /// <summary>The team's part of the workers against other teams' that wait too.</summary>
    public double? Weight { get; set; }
}
