using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Memory;
using ConcatService.Api.Requests;
using ConcatService.Domain.Compiling;
using ConcatService.Persistence;
using ConcatService.Pictures.Drawing;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// GET /v1/jobs/{id}/architecture: the spec exactly as it was sent or kept then. GET /v1/jobs/{id}/graph.svg: its picture.
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
        return TypedResults.Content(NetworkSvg.Draw(Compiler.Compile(JsonBody.Parse(spec))), "image/svg+xml; charset=utf-8");
    }

    private static Task<string?> SpecAsync(Guid id, Caller caller, ConcatDb db, CancellationToken cancel) =>
        db.Jobs.Where(job => job.TeamId == caller.TeamId && job.Id == id).Select(job => job.Spec).SingleOrDefaultAsync(cancel);
}
