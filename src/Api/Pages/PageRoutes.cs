using ConcatService.Api.Access;
using ConcatService.Api.Assets;
using ConcatService.Api.Docs;
using ConcatService.Api.Headers;
using ConcatService.Api.Models;
using Microsoft.OpenApi;

namespace ConcatService.Api.Pages;

/// <summary>
/// The pages for people. A page is a document without data; its scripts call the public API with the
/// browser's session, so that it can do what anybody can and nothing else.
/// </summary>
internal static class PageRoutes
{
    /// <summary>Where a browser begins.</summary>
    public const string Home = "/workbench";

    public static void MapPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").ExcludeFromDescription().RequireAuthorization().WithMetadata(ContentPolicy.Page);
        // The queries are read by the scripts: what a page shows can be sent to somebody as an address.
        pages
            .MapGet(Home, () => PageFiles.Show("workbench.html"))
            .WithMetadata(new TakenQuery("gallery", JsonSchemaType.String, "A spec of the gallery."))
            .WithMetadata(new TakenQuery("job", JsonSchemaType.String, "A job whose network it is."));
        pages
            .MapGet("/jobs", () => PageFiles.Show("jobs.html"))
            .WithMetadata(new TakenQuery("state", JsonSchemaType.String, "Only jobs in this state."))
            .WithMetadata(new TakenQuery("find", JsonSchemaType.String, "Only jobs whose name, data set or tags have this text."));
        pages
            .MapGet("/jobs/compare", () => PageFiles.Show("compare.html"))
            .WithMetadata(new TakenQuery("ids", JsonSchemaType.String, "The jobs, separated by commas."))
            .WithMetadata(new TakenQuery("metric", JsonSchemaType.String, "The curve to show."))
            .WithMetadata(new TakenQuery("smooth", JsonSchemaType.Number, "0 to 0.99: how much the curves are smoothed."));
        pages
            .MapGet("/jobs/{id:guid}", (Guid id) => PageFiles.Show("job.html"))
            .WithMetadata(new TakenQuery("signal", JsonSchemaType.String, "The signal that is shown over the steps."))
            .WithMetadata(new TakenQuery("log", JsonSchemaType.Boolean, "Whether losses are on a logarithmic axis."));
        pages.MapGet("/studies", () => PageFiles.Show("studies.html"));
        pages.MapGet("/studies/{id:guid}", (Guid id) => PageFiles.Show("study.html"));
        pages.MapGet("/data", () => PageFiles.Show("data.html"));
        pages.MapGet("/models", () => PageFiles.Show("models.html"));
        pages.MapGet("/models/{name}", ModelPage.Handle).RequireScope(Scopes.ModelsRead);
        pages.MapGet("/workers", () => PageFiles.Show("workers.html"));
        pages.MapGet("/keys", () => PageFiles.Show("keys.html"));
        app.MapGet("/assets/{file}", PageFiles.Asset).AllowAnonymous().ExcludeFromDescription();
    }
}
