using System.Text.Json;
using ConcatService.Api.Errors;
using ConcatService.Api.Requests;
using ConcatService.Persistence;
using ConcatService.Persistence.Retention;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Retention;

/// <summary>Reads what a team keeps for how long: from its row, or from a request.</summary>
internal static class RetentionReading
{
    private static readonly JsonElement Nothing = JsonElement.Parse("{}");

    /// <summary>What the team has chosen for itself; an empty object where that is nothing.</summary>
    public static async Task<JsonElement> FindRetentionAsync(this ConcatDb db, int teamId, CancellationToken cancel) =>
        await db.Retention.AsNoTracking().SingleOrDefaultAsync(row => row.TeamId == teamId, cancel) is { } row ? row.Settings : Nothing;

    /// <summary>
    /// The faults of a request. The audit can be kept longer than the instance keeps it, not shorter: nobody takes out of sight what they
    /// did.
    /// </summary>
    public static IReadOnlyList<PointedError> Faults(JsonElement own, RetentionSettings instance)
    {
        var fields = new Fields(own);
        foreach (var name in RetentionKinds.All.Select(kind => kind.Name()))
            if (
                fields.Any(name) is { } value
                && (value.ValueKind != JsonValueKind.String || !RetentionSettings.TryRead(value.GetString()!, out _))
            )
                fields.Fault(
                    name,
                    value.ValueKind == JsonValueKind.String ? "out_of_range" : "wrong_type",
                    $"'{name}' must be an ISO 8601 duration from P1D to P36500D, such as P90D, or null for forever."
                );
        if (fields.Errors.Count == 0 && fields.Text("audit") is { } audit && instance.IsTooShortForAudit(audit))
            fields.Fault(
                "audit",
                "out_of_range",
                $"'audit' must be at least {RetentionPeriods.Text(instance[RetentionKind.Audit]) ?? "null"}, which is the instance's."
            );
        return fields.Errors;
    }
}
