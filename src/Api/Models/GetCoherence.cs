using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Jobs;
using ConcatService.Api.Memory;
using ConcatService.Domain.Studies;
using ConcatService.Domain.Telemetry;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Models;

/// <summary>
/// GET /v1/models/{name}/versions/{version}/coherence: what each branch of each merge is worth and whether the branches belong together, by
/// what the job that made the version measured.
/// </summary>
internal static class GetCoherence
{
    /// <param name="Step">Of the newest evaluation that measured it; null where there was none.</param>
    /// <param name="Merges">In execution order.</param>
    public sealed record Response(string Model, string Version, Guid JobId, long? Step, IReadOnlyList<Coherence> Merges);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        string name,
        int version,
        Caller caller,
        ConcatDb db,
        CompilerTurns turns,
        CancellationToken cancel
    )
    {
        if (
            await db.FindVersionAsync(caller.TeamId, name, version, cancel) is not { } found
            || await db.Jobs.AsNoTracking().SingleOrDefaultAsync(job => job.Id == found.JobId, cancel) is not { } job
        )
            return Problems.NotFound("model version", $"{name}/{version}");
        var nodes = await TrainedConcats.OfAsync(job, turns, cancel);
        var newest = await NewestSamples.ReadAsync(db, job.Id, nodes, cancel, found.CheckpointStep);
        return TypedResults.Ok(
            new Response(
                name,
                $"{version}",
                job.Id,
                nodes
                    .SelectMany(node => node.Branches.Select(branch => newest.StepOf(Signals.Shuffle.Loss.SeriesOf(node, branch))))
                    .Max(),
                [.. nodes.Select(node => Coherence.Of(node, (branch, signal) => newest.Last(signal.SeriesOf(node, branch))))]
            )
        );
    }
}
