namespace ConcatService.Persistence.Entities;

/// <summary>Who owns things. Every tenant-owned row carries the team's id, and every query filters by it.</summary>
public sealed class Team
{
    /// <summary>Short, because every metric carries it.</summary>
    public int Id { get; init; }

    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>What it was called before, the oldest first; no other team has the same in this list.</summary>
    public string[] FormerNames { get; init; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a worker last took a job of the team; null: it has a turn to get.</summary>
    public DateTimeOffset? ServedAt { get; init; }
}
