using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Api.Requests;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Quotas;

/// <summary>PUT /v1/quotas?team=: the fields of <see cref="QuotaLimits"/> that an operator sets; null: the default again.</summary>
internal static class PutQuotas
{
    public const string Example = """{ "queued_jobs": 200, "running_jobs": 2, "weight": 2 }""";

    private const double Lightest = 0.01, Heaviest = 100;

    public static async Task<Results<Ok<GetQuotas.Response>, ProblemHttpResult>> Handle(
        Caller caller,
        AuditTrail trail,
        JsonBody body,
        ConcatDb db,
        TeamQuotas quotas,
        KnownKeys keys,
        CancellationToken cancel,
        [FromQuery] string? team = null
    )
    {
        if (await GetQuotas.FindTeamAsync(db, caller, team, cancel) is not { } found)
            return Problems.NotFound("team", team!);
        var fields = new Fields(body.Root);
        var own = await db.TeamQuotas.SingleOrDefaultAsync(each => each.TeamId == found.Id, cancel);
        if (own is null)
            db.Add(own = new TeamQuota { TeamId = found.Id });
        Read(body.Root, fields, own);
        if (fields.Errors.Count > 0)
            return Problems.Invalid([.. fields.Errors]);
        db.Add(trail.Entry(AuditAction.ChangeQuotas, found.Id, found.Name, found.Name, body.Root));
        await db.SaveChangesAsync(cancel);
        keys.ForgetAll();                                       // they carry the requests a second
        return TypedResults.Ok(await GetQuotas.ShowAsync(found, quotas, cancel));
    }

    private static void Read(JsonElement json, Fields fields, TeamQuota own)
    {
        Set("queued_jobs", int.MaxValue, value => own.QueuedJobs = (int?)value);
        Set("running_jobs", int.MaxValue, value => own.RunningJobs = (int?)value);
        Set("stored_bytes", long.MaxValue, value => own.StoredBytes = value);
        Set("data_sets", int.MaxValue, value => own.DataSets = (int?)value);
        Set("models", int.MaxValue, value => own.Models = (int?)value);
        Set("requests_per_second", 1_000_000, value => own.RequestsPerSecond = (int?)value, least: 1);
        Set("event_streams", int.MaxValue, value => own.EventStreams = (int?)value);
        if (!json.TryGetProperty("weight", out var weight))
            return;
        if (weight.ValueKind == JsonValueKind.Null)
            own.Weight = null;
        else if (weight.ValueKind == JsonValueKind.Number && weight.TryGetDouble(out var heavy) && heavy is >= Lightest and <= Heaviest)
            own.Weight = heavy;
        else
            fields.Fault("weight", "out_of_range", $"'weight' must be a number from {Lightest} to {Heaviest}, or null.");

        void Set(string name, long most, Action<long?> set, long least = 0)
        {
            if (!json.TryGetProperty(name, out var value))
                return;
            if (value.ValueKind == JsonValueKind.Null)
                set(null);
            else if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most)
                set(number);
            else
                fields.Fault(name, "out_of_range", $"'{name}' must be a whole number from {least} to {most}, or null.");
        }
    }
}
