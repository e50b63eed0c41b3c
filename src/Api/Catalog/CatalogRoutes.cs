using ConcatService.Domain.Planning;

namespace ConcatService.Api.Catalog;

/// <summary>What there is to choose from: diagnostics; the same for every team.</summary>
internal static class CatalogRoutes
{
    /// <summary>A code of a diagnostic.</summary>
    public sealed record DiagnosticCode(string Code, string Meaning);

    /// <summary>A whole list; it has no pages.</summary>
    public sealed record List<T>(IReadOnlyList<T> Data);

    public static void MapCatalog(this IEndpointRouteBuilder app)
    {
        var catalog = app.MapGroup("/v1").WithTags("Catalog");
        catalog.MapGet("diagnostics", () => TypedResults.Ok(new List<DiagnosticCode>([.. Codes.All.Select(code => new DiagnosticCode(code.Name, code.Meaning))])))
            .WithName("list_diagnostics").WithSummary("Every code that validation can answer with");
    }
}
