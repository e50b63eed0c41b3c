using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Requests;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Planning;
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
    public static ContentHttpResult Handle(JsonBody spec) => Picture(Compiler.Compile(spec.Root));

    public static async Task<Results<ContentHttpResult, ProblemHttpResult>> HandleKept(
        Guid id,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    ) =>
        await db.FindArchitectureAsync(caller, id, cancel) is { } found
            ? Picture(Compiler.Compile(JsonBody.Parse(found.Spec)))
            : Problems.NotFound("architecture", id.ToString());

    private static ContentHttpResult Picture(Compilation compiled) =>
        TypedResults.Content(NetworkSvg.Draw(compiled), "image/svg+xml; charset=utf-8");
}
