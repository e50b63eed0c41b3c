using System.Text.Json;

namespace ConcatService.Persistence.Entities;

/// <summary>What a team keeps for other times than the instance. A team without a row keeps all as the instance does.</summary>
public sealed class TeamRetention
{
    public int TeamId { get; init; }

    /// <summary>An object: names of <see cref="Retention.RetentionKind"/>, each with an ISO 8601 duration or null for forever.</summary>
    public required JsonElement Settings { get; set; }

    public DateTimeOffset ChangedAt { get; set; }
}
