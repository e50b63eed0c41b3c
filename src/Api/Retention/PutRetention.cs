using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Api.Requests;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Retention;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Retention;

/// <summary>
/// PUT /v1/retention: <c>{ events?, metrics?, failed_checkpoints?, finished_checkpoints?, exports?, audit? }</c>, all that the team chooses
/// for itself. What is left out is the instance's.
/// </summary>
internal static class PutRetention
{
    public const string Example = """{ "events": "P30D", "metrics": null }""";

    public static async Task<Results<Ok<GetRetention.Response>, ProblemHttpResult>> Handle(
        JsonBody body,
        Caller caller,
        AuditTrail trail,
        ConcatDb db,
        RetentionSettings instance,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        if (RetentionReading.Faults(body.Root, instance) is { Count: > 0 } faults)
            return Problems.Invalid([.. faults]);
        var own = body.Root.Clone();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // Held, so that the audit says what was there before.
        await db.Database.ExecuteSqlAsync($"select from teams where id = {caller.TeamId} for no key update", cancel);
        var before = await db.FindRetentionAsync(caller.TeamId, cancel);
        if (await db.Retention.SingleOrDefaultAsync(row => row.TeamId == caller.TeamId, cancel) is { } row)
            (row.Settings, row.ChangedAt) = (own, time.GetUtcNow());
        else
            db.Add(new TeamRetention { TeamId = caller.TeamId, Settings = own });
        db.Add(trail.Entry(AuditAction.ChangeRetention, caller.Team, new { from = before, to = own }));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return TypedResults.Ok(GetRetention.Response.Of(instance, own));
    }
}
