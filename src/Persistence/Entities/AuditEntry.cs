using System.Text.Json;

namespace ConcatService.Persistence.Entities;

/// <summary>
/// One change that somebody made: who, what, to what, from where. Written in the transaction of the change, and then left as it is.
/// </summary>
/// <remarks>It refers to nothing by a key of the database: it outlives the team, the key and the target.</remarks>
public sealed class AuditEntry
{
    /// <summary>Ascending.</summary>
    public long Id { get; init; }

    /// <summary>The database's time.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Of the team whose thing was changed, which an operator's own need not be.</summary>
    public int TeamId { get; init; }

    /// <summary>The name of that team at the time.</summary>
    public required string Team { get; init; }

    /// <summary>The caller's key; null for a command that needs none.</summary>
    public Guid? KeyId { get; init; }

    public string? KeyName { get; init; }

    /// <summary>The name of the key's team.</summary>
    public string? CallerTeam { get; init; }

    /// <summary>The session that the key had opened; null for a call with the key itself.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>The IP address that the call came from.</summary>
    public string? Address { get; init; }

    /// <summary>For programs: <c>key.create</c>.</summary>
    public required string Action { get; init; }

    /// <summary>For programs: <c>key</c>.</summary>
    public required string TargetKind { get; init; }

    /// <summary>The id or the name.</summary>
    public required string Target { get; init; }

    /// <summary>An object with what else is worth knowing, such as the version that an alias had before; or null.</summary>
    public JsonElement? Details { get; init; }

    /// <summary>By which the log of the request is found.</summary>
    public string? TraceId { get; init; }
}
