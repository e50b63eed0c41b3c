using Microsoft.Net.Http.Headers;

namespace ConcatService.Api.Headers;

/// <summary>Headers by which a browser takes an answer for what it is, on every one, whatever became of the request.</summary>
internal static class SecurityHeaders
{
    private const string Svg = "image/svg+xml";

    /// <summary>Endpoint metadata: the answer may hold a key, and no cache may keep it.</summary>
    private sealed record Secret;

    public static TBuilder AnswersWithSecret<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new Secret());

    public static void UseSecurityHeaders(this WebApplication app) =>
        app.Use((http, next) =>
        {
            // At the last moment: a failure clears what was set before.
            http.Response.OnStarting(
                static context =>
                {
                    Write((HttpContext)context);
                    return Task.CompletedTask;
                },
                http
            );
            return next(http);
        });

    private static void Write(HttpContext http)
    {
        var headers = http.Response.Headers;
        if (http.Response.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true)
            return; // no browser reads it
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = PolicyOf(http).Value;
        // Not no-referrer: forms of our pages would then come with 'Origin: null'.
        headers["Referrer-Policy"] = "same-origin";
        if (http.GetEndpoint()?.Metadata.GetMetadata<Secret>() is not null)
            headers[HeaderNames.CacheControl] = "no-store";
    }

    private static ContentPolicy PolicyOf(HttpContext http) =>
        (http.Features.Get<ContentPolicy>() ?? http.GetEndpoint()?.Metadata.GetMetadata<ContentPolicy>()) is { } own ? own
        : http.Request.Path.StartsWithSegments("/swagger") ? ContentPolicy.Library
        : http.Response.ContentType?.StartsWith(Svg, StringComparison.Ordinal) == true ? ContentPolicy.Picture
        : ContentPolicy.Data;
}
