using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Memory;
using ConcatService.Api.Requests;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Telemetry;
using ConcatService.Persistence;
using ConcatService.Pictures.Drawing;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// GET /v1/jobs/{id}/architecture: the spec exactly as it was sent or kept then. GET /v1/jobs/{id}/graph.svg: its picture, with
/// the share of each branch and what is wrong with it by the newest sample.
/// </summary>
internal static class JobArchitecture
{
    public static async Task<Results<ContentHttpResult, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    ) =>
        await SpecAsync(id, caller, db, cancel) is { } spec
            ? TypedResults.Content(spec, "application/json; charset=utf-8")
            : Problems.NotFound("job", id.ToString());

    public static async Task<Results<ContentHttpResult, ProblemHttpResult>> Draw(
        Guid id,
        Caller caller,
        ConcatDb db,
        CompilerTurns turns,
        CancellationToken cancel
    )
    {
        if (await SpecAsync(id, caller, db, cancel) is not { } spec)
            return Problems.NotFound("job", id.ToString());
        using var turn = await turns.TakeAsync(cancel);
        var compiled = Compiler.Compile(JsonBody.Parse(spec));
        var nodes = compiled.Plan is { } plan ? ConcatNode.Of(plan) : [];
        var newest = await NewestSamples.ReadAsync(db, id, nodes, cancel);
        return TypedResults.Content(NetworkSvg.Draw(compiled, Notes(nodes, newest)), "image/svg+xml; charset=utf-8");
    }

    /// <summary>Empty before the first sample.</summary>
    private static List<BranchNote> Notes(IReadOnlyList<ConcatNode> nodes, NewestSamples newest) =>
        [
            .. nodes.SelectMany(node =>
                node.Branches.Zip(
                    newest.VerdictsOf(node),
                    (branch, found) =>
                        new BranchNote(
                            node.Name,
                            branch.Source.Source,
                            branch.Source.Port,
                            newest.Last(Signals.ContributionShare.SeriesOf(node, branch)),
                            [.. found.Select(verdict => verdict.Code)]
                        )
                )
            ).Where(note => note.Share is not null || note.Verdicts.Count > 0),
        ];

    private static Task<string?> SpecAsync(Guid id, Caller caller, ConcatDb db, CancellationToken cancel) =>
        db.Jobs.Where(job => job.TeamId == caller.TeamId && job.Id == id).Select(job => job.Spec).SingleOrDefaultAsync(cancel);
}
