using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Memory;
using ConcatService.Api.Requests;
using ConcatService.Domain.Compiling;
using ConcatService.Persistence;
using ConcatService.Pictures.Drawing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Architectures;

/// <summary>
/// POST /v1/architectures/graph.svg for the spec in the body, GET /v1/architectures/{id}/graph.svg for a kept one: the network as a
/// picture.
/// </summary>
internal static class DrawArchitecture
{
    public static Task<ContentHttpResult> Handle(JsonBody spec, CompilerTurns turns, CancellationToken cancel) =>
        DrawAsync(spec.Root, turns, cancel);

    public static async Task<Results<ContentHttpResult, ProblemHttpResult>> HandleKept(
        Guid id,
        Caller caller,
        ConcatDb db,
        CompilerTurns turns,
        CancellationToken cancel
    ) =>
        await db.FindArchitectureAsync(caller, id, cancel) is { } found
            ? await DrawAsync(JsonBody.Parse(found.Spec), turns, cancel)
            : Problems.NotFound("architecture", id.ToString());

    private static async Task<ContentHttpResult> DrawAsync(JsonElement spec, CompilerTurns turns, CancellationToken cancel)
    {
        using var turn = await turns.TakeAsync(spec, cancel);
        return TypedResults.Content(NetworkSvg.Draw(Compiler.Compile(spec)), "image/svg+xml; charset=utf-8");
    }
}
