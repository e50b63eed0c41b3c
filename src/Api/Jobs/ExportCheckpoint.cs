using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using ConcatService.Persistence.Models;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// POST /v1/jobs/{id}/checkpoints/{step}/export: has a worker make a model version of a checkpoint, through the same comparison as the
/// job's own, while the job runs, is held or has ended. The version goes to a model of its own, so that nobody is served a half-trained
/// network by surprise. GET tells what became of it.
/// </summary>
internal static class ExportCheckpoint
{
    /// <param name="State"><c>queued</c>, <c>succeeded</c> or <c>failed</c>.</param>
    /// <param name="Model">Where the version is, or will be.</param>
    /// <param name="Error">Why it failed; a new call tries again.</param>
    public sealed record Wish(long Step, string State, DateTimeOffset RequestedAt, DateTimeOffset? FinishedAt, Made Model, string? Error);

    /// <param name="Version">Null until it is there.</param>
    public sealed record Made(string Name, string? Version);

    public static async Task<Results<Accepted<Wish>, Ok<Wish>, ProblemHttpResult>> Handle(
        Guid id, long step, Caller caller, ConcatDb db, CheckpointExports exports, CancellationToken cancel)
    {
        await exports.RequestAsync(caller.TeamId, id, step, cancel);
        return await FindAsync(id, step, caller, db, cancel) switch
        {
            null => Missing(id, step),
            { State: "queued" } wish => TypedResults.Accepted($"/v1/jobs/{id}/checkpoints/{step}/export", wish),
            var wish => TypedResults.Ok(wish),
        };
    }

    public static async Task<Results<Ok<Wish>, ProblemHttpResult>> Find(
        Guid id,
        long step,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    ) => await FindAsync(id, step, caller, db, cancel) is { } wish ? TypedResults.Ok(wish) : Missing(id, step);

    private static ProblemHttpResult Missing(Guid id, long step) => Problems.NotFound("checkpoint", $"{id}/{step}");

    private static Task<Wish?> FindAsync(Guid id, long step, Caller caller, ConcatDb db, CancellationToken cancel) =>
        db
            .CheckpointExports.AsNoTracking()
            .Where(wish => wish.TeamId == caller.TeamId && wish.JobId == id && wish.Step == step)
            .Select(wish => new Wish(
                wish.Step,
                wish.State,
                wish.RequestedAt,
                wish.FinishedAt,
                new(wish.ModelName, wish.ModelVersion == null ? null : wish.ModelVersion.ToString()),
                wish.Error
            ))
            .SingleOrDefaultAsync(cancel);
}
