using System.Text.Json;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Audit;

/// <summary>One change as it is listed.</summary>
/// <param name="Team">Whose thing was changed: the team's name at the time.</param>
/// <param name="KeyId">The caller's key; null for a command on the machine itself.</param>
/// <param name="CallerTeam">The team of the caller's key.</param>
/// <param name="SessionId">The browser's session; null for a call with the key itself.</param>
/// <param name="Address">Where the call came from; a proxy's where there is one.</param>
/// <param name="Target">The id or the name.</param>
/// <param name="Details">What else is worth knowing, such as the version that an alias had before.</param>
/// <param name="TraceId">By which the log of the request is found.</param>
internal sealed record AuditResource(
    long Id,
    DateTimeOffset At,
    string Team,
    Guid? KeyId,
    string? KeyName,
    string? CallerTeam,
    Guid? SessionId,
    string? Address,
    string Action,
    string TargetKind,
    string Target,
    JsonElement? Details,
    string? TraceId
)
{
    public static AuditResource Of(AuditEntry entry) =>
        new(
            entry.Id,
            entry.At,
            entry.Team,
            entry.KeyId,
            entry.KeyName,
            entry.CallerTeam,
            entry.SessionId,
            entry.Address,
            entry.Action,
            entry.TargetKind,
            entry.Target,
            entry.Details,
            entry.TraceId
        );
}
