using ConcatService.Api.Docs;
using ConcatService.Api.Paging;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Catalog;

/// <summary>What there is to choose from: the same for every team, open to every key.</summary>
internal static class CatalogRoutes
{
    /// <summary>A code of a diagnostic.</summary>
    public sealed record DiagnosticCode(string Code, string Meaning);

    public static void MapCatalog(this IEndpointRouteBuilder app)
    {
        var catalog = app.MapGroup("/v1").WithTags("Catalog");
        catalog
            .MapGet("schema", () => TypedResults.Bytes(SchemaWriter.Utf8.ToArray(), "application/schema+json"))
            .AllowAnonymous()
            .WithName("get_schema")
            .WithSummary("The spec as a JSON Schema, draft 2020-12")
            .Writes("application/schema+json");
        catalog
            .MapGet("operators", () => TypedResults.Bytes(OperatorList.Utf8.ToArray(), "application/json"))
            .WithName("list_operators")
            .WithSummary("Every layer type with its attributes")
            .Writes("application/json", "OperatorList");
        catalog
            .MapGet("gallery", Gallery.List)
            .WithName("list_gallery")
            .WithSummary("Specs to start from: published networks, and some that are refused on purpose");
        catalog
            .MapGet("gallery/{name}", Gallery.Get)
            .WithName("get_gallery_spec")
            .WithSummary("One of them, as it is")
            .Writes("application/json", "Architecture")
            .ProducesProblem(404);
        catalog
            .MapGet("diagnostics", ListDiagnostics)
            .WithName("list_diagnostics")
            .WithSummary("Every code that validation can answer with");
    }

    private static Ok<Page<DiagnosticCode>> ListDiagnostics() =>
        TypedResults.Ok(new Page<DiagnosticCode>([.. Codes.All.Select(code => new DiagnosticCode(code.Name, code.Meaning))], false, null));
}
