using ConcatService.Api.Database;
using ConcatService.Api.Docs;
using ConcatService.Api.Errors;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Specs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Catalog;

/// <summary>What there is to choose from: the same for every team, open to every key.</summary>
internal static class CatalogRoutes
{
    /// <summary>A code of a diagnostic.</summary>
    public sealed record DiagnosticCode(string Code, string Meaning);

    /// <summary>A kind of cause (<c>cause.kind</c>).</summary>
    public sealed record DiagnosticCause(string Kind, string Meaning);

    /// <summary>
    /// Every code in <c>data</c>, as all lists have it, and every kind of cause beside it, in the order in which they are looked for.
    /// </summary>
    public sealed record DiagnosticList(
        IReadOnlyList<DiagnosticCode> Data,
        bool HasMore,
        string? NextCursor,
        IReadOnlyList<DiagnosticCause> Causes
    );

    public static void MapCatalog(this IEndpointRouteBuilder app)
    {
        var catalog = app.MapGroup("/v1").WithTags("Catalog").NeedsNoDatabase();
        catalog
            .MapGet("schema", GetSchema)
            .AllowAnonymous()
            .WithName("get_schema")
            .WithSummary("Get the JSON Schema of specs, or of training settings")
            .WithDescription("Draft 2020-12, with every field's description, range and default. Editors complete and check with it.")
            .Parameter("of", "`spec` or `settings`. Default: spec.")
            .Writes("application/schema+json")
            .ProducesProblem(400);
        catalog
            .MapGet("operators", () => TypedResults.Bytes(OperatorList.Utf8.ToArray(), "application/json"))
            .AddEndpointFilter(KeepAsync)
            .WithName("list_operators")
            .WithSummary("List all layer types with their attributes")
            .Writes("application/json", "OperatorList");
        catalog
            .MapGet("gallery", Gallery.List)
            .AddEndpointFilter(KeepAsync)
            .WithName("list_gallery")
            .WithSummary("List example specs")
            .WithDescription("Published networks to start from, and some specs that are invalid on purpose, to show their reports.");
        catalog
            .MapGet("gallery/{name}", Gallery.Get)
            .WithName("get_gallery_spec")
            .WithSummary("Get an example spec")
            .Writes("application/json", "ArchitectureSpec")
            .ProducesProblem(404);
        catalog
            .MapGet("diagnostics", ListDiagnostics)
            .WithName("list_diagnostics")
            .WithSummary("List all diagnostic codes and kinds of cause with their meanings");
    }

    private static Results<FileContentHttpResult, ProblemHttpResult> GetSchema(string? of) => of switch
    {
        null or "spec" => TypedResults.Bytes(SchemaWriter.Utf8.ToArray(), "application/schema+json"),
        "settings" => TypedResults.Bytes(SettingsSchema.Utf8.ToArray(), "application/schema+json"),
        _ => Problems.Of(400, "request.of", "'of' must be 'spec' or 'settings'."),
    };

    private static Ok<DiagnosticList> ListDiagnostics() =>
        TypedResults.Ok(
            new DiagnosticList(
                [.. Compiler.Codes.Select(code => new DiagnosticCode(code.Name, code.Meaning))],
                HasMore: false,
                NextCursor: null,
                [.. CauseKinds.All.Select(kind => new DiagnosticCause(kind.Name, kind.Meaning))]
            )
        );

    /// <summary>What changes with the program alone is kept by a browser for five minutes.</summary>
    private static ValueTask<object?> KeepAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        context.HttpContext.Response.Headers.CacheControl = "private, max-age=300";
        return next(context);
    }
}
