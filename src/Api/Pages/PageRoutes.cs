using System.Security.Cryptography;
using ConcatService.Api.Docs;
using ConcatService.Api.Errors;
using ConcatService.Api.Headers;
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
        // Its script reads them: the network that it begins with.
        pages
            .MapGet(Home, () => Show("workbench.html"))
            .WithMetadata(new TakenQuery("gallery", JsonSchemaType.String, "A spec of the gallery."))
            .WithMetadata(new TakenQuery("job", JsonSchemaType.String, "A job whose network it is."));
        pages.MapGet("/jobs", () => Show("jobs.html"));
        pages.MapGet("/jobs/{id:guid}", (Guid id) => Show("job.html"));
        pages.MapGet("/models", () => Show("models.html"));
        app.MapGet("/assets/{file}", Asset).AllowAnonymous().ExcludeFromDescription();
    }

    private static Results<FileContentHttpResult, ProblemHttpResult> Asset(string file) =>
        Files.ContainsKey(file) && !file.EndsWith(".html", StringComparison.Ordinal) ? Show(file) : Problems.NotFound("file", file);

    /// <summary>Asked for again each time, and sent again when it changed.</summary>
    private static FileContentHttpResult Show(string name)
    {
        var file = Files[name];
        return TypedResults.Bytes(file.Content, Types[Path.GetExtension(name)], entityTag: file.Tag);
    }
}
