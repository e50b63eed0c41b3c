using System.Security.Cryptography;
using System.Text;
using ConcatService.Api.Errors;
using ConcatService.Api.Headers;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace ConcatService.Api.Assets;

/// <summary>The documents, scripts and styles of the pages, as they are in the program.</summary>
internal static class PageFiles
{
    private static readonly string[] Apis = ["/v1", "/v2", "/assets", "/swagger", "/hangfire", "/health", "/metrics"];

    private static readonly Dictionary<string, string> Types = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
    };

    private static readonly Dictionary<string, PageFile> Files = typeof(PageFiles)
        .Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("pages/", StringComparison.Ordinal))
        .Select(PageFile.Of)
        .ToDictionary(file => file.Name);

    private sealed record PageFile(string Name, byte[] Content, EntityTagHeaderValue Tag)
    {
        public static PageFile Of(string resource)
        {
            using var stream = typeof(PageFiles).Assembly.GetManifestResourceStream(resource)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content)[..8])}\"";
            return new(resource["pages/".Length..], content, new(tag));
        }
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

    /// <summary>What a page loads; a page itself is at an address of its own.</summary>
    public static Results<FileContentHttpResult, ProblemHttpResult> Asset(string file) =>
        Files.ContainsKey(file) && !file.EndsWith(".html", StringComparison.Ordinal) ? Show(file) : Problems.NotFound("file", file);

    /// <summary>Asked for again each time, and sent again when it changed.</summary>
    public static FileContentHttpResult Show(string name)
    {
        var file = Files[name];
        return TypedResults.Bytes(file.Content, Types[Path.GetExtension(name)], entityTag: file.Tag);
    }
}
