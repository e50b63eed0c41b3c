using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Audit;

/// <summary>
/// Who calls, from where, and under which trace id: how each row of the audit begins. A parameter of every handler that changes what is
/// audited, which adds the row in the transaction of the change.
/// </summary>
internal sealed record AuditTrail(Caller Caller, string? Address, string TraceId)
{
    /// <summary>Bound by ASP.NET Core, where a <see cref="Access.Caller"/> is.</summary>
    public static async ValueTask<AuditTrail> BindAsync(HttpContext context) =>
        new(await Caller.BindAsync(context), AddressOf(context), ExceptionProblems.TraceId(context));

    /// <summary>A row about something of the caller's own team.</summary>
    /// <param name="target">Its id or name.</param>
    /// <param name="details">An object whose properties are JSON names; null: nothing to add.</param>
    public AuditEntry Entry(AuditAction action, string target, object? details = null) =>
        Entry(action, Caller.TeamId, Caller.Team, target, details);

    /// <summary>A row about something of a team that is not the caller's own, or need not be.</summary>
    public AuditEntry Entry(AuditAction action, int teamId, string team, string target, object? details = null) =>
        new()
        {
            TeamId = teamId,
            Team = team,
            KeyId = Caller.KeyId,
            KeyName = Caller.KeyName,
            CallerTeam = Caller.Team,
            SessionId = Caller.SessionId,
            Address = Address,
            Action = action.Name,
            TargetKind = action.Target,
            Target = target,
            Details = DetailsOf(details),
            TraceId = TraceId,
        };

    /// <summary>A row about what a command of this program does, on the machine itself and without a key.</summary>
    public static AuditEntry EntryOfCommand(AuditAction action, int teamId, string team, string target, object details) =>
        new()
        {
            TeamId = teamId,
            Team = team,
            Action = action.Name,
            TargetKind = action.Target,
            Target = target,
            Details = DetailsOf(details),
        };

    private static JsonElement? DetailsOf(object? details) => details is null ? null : JsonSerializer.SerializeToElement(details);

    private static string? AddressOf(HttpContext context) =>
        context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped
            ? mapped.MapToIPv4().ToString()
            : context.Connection.RemoteIpAddress?.ToString();
}
