using System.Security.Cryptography;
using System.Text;
using ConcatService.Api.Access;
using ConcatService.Api.Docs;
using ConcatService.Api.Errors;
using ConcatService.Api.Headers;
using ConcatService.Api.Models;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace ConcatService.Api.Pages;

/// <summary>
/// The pages for people, and the files that they load. A page is a document without data; its scripts call the public API with the
/// browser's session, so that it can do what anybody can and nothing else.
/// </summary>
internal static class PageRoutes
{
    /// <summary>Where a browser begins.</summary>
    public const string Home = "/workbench";

    private static readonly string[] Apis = ["/v1", "/v2", "/assets", "/swagger", "/hangfire", "/health", "/metrics"];

    private static readonly Dictionary<string, string> Types = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
    };

    private static readonly Dictionary<string, PageFile> Files = typeof(PageRoutes)
        .Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("pages/", StringComparison.Ordinal))
        .Select(PageFile.Of)
        .ToDictionary(file => file.Name);

    private sealed record PageFile(string Name, byte[] Content, EntityTagHeaderValue Tag)
    {
        public static PageFile Of(string resource)
        {
            using var stream = typeof(PageRoutes).Assembly.GetManifestResourceStream(resource)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content)[..8])}\"";
            return new(resource["pages/".Length..], content, new(tag));
        }
    }

    public static void MapPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").ExcludeFromDescription().RequireAuthorization().WithMetadata(ContentPolicy.Page);
        // The queries are read by the scripts: what a page shows can be sent to somebody as an address.
        pages
            .MapGet(Home, () => Show("workbench.html"))
            .WithMetadata(new TakenQuery("gallery", JsonSchemaType.String, "A spec of the gallery."))
            .WithMetadata(new TakenQuery("job", JsonSchemaType.String, "A job whose network it is."));
        pages
            .MapGet("/jobs", () => Show("jobs.html"))
            .WithMetadata(new TakenQuery("state", JsonSchemaType.String, "Only jobs in this state."))
            .WithMetadata(new TakenQuery("find", JsonSchemaType.String, "Only jobs whose name, data set or tags have this text."));
        pages
            .MapGet("/jobs/compare", () => Show("compare.html"))
            .WithMetadata(new TakenQuery("ids", JsonSchemaType.String, "The jobs, separated by commas."))
            .WithMetadata(new TakenQuery("metric", JsonSchemaType.String, "The curve to show."))
            .WithMetadata(new TakenQuery("smooth", JsonSchemaType.Number, "0 to 0.99: how much the curves are smoothed."));
        pages.MapGet("/jobs/{id:guid}", (Guid id) => Show("job.html"));
        pages.MapGet("/data", () => Show("data.html"));
        pages.MapGet("/models", () => Show("models.html"));
        pages.MapGet("/models/{name}", ModelPage.Handle).RequireScope(Scopes.ModelsRead);
        pages.MapGet("/workers", () => Show("workers.html"));
        pages.MapGet("/keys", () => Show("keys.html"));
        app.MapGet("/assets/{file}", Asset).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Whether a person waits for the answer: a browser asks for a page, and not for something of the API.</summary>
    public static bool IsForPeople(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal)
        && !Apis.Any(api => request.Path.StartsWithSegments(api));

    /// <summary>404 for a person.</summary>
    public static Task ShowMissingAsync(HttpContext http)
    {
        http.Response.StatusCode = 404;
        http.Features.Set(ContentPolicy.Page);
        return TypedResults.Bytes(Files["missing.html"].Content, Types[".html"]).ExecuteAsync(http);
    }

    /// <summary>The text of a page that is completed before it is sent.</summary>
    public static string TextOf(string name) => Encoding.UTF8.GetString(Files[name].Content);

    private static Results<FileContentHttpResult, ProblemHttpResult> Asset(string file) =>
        Files.ContainsKey(file) && !file.EndsWith(".html", StringComparison.Ordinal) ? Show(file) : Problems.NotFound("file", file);

    /// <summary>Asked for again each time, and sent again when it changed.</summary>
    public static FileContentHttpResult Show(string name)
    {
        var file = Files[name];
        return TypedResults.Bytes(file.Content, Types[Path.GetExtension(name)], entityTag: file.Tag);
    }
}
