using ConcatService.Api.Errors;

namespace ConcatService.Api.Access;

/// <summary>
/// Refuses what a page of another origin makes a browser send: calls that change something and carry the session's cookie, and signing in
/// and out. Ports are origins of their own, and SameSite does not part them.
/// </summary>
/// <remarks>Sources: Fetch Metadata Request Headers (Sec-Fetch-Site); RFC 6454 (Origin). A call with a key is no browser's doing.</remarks>
internal static class CrossSite
{
    public static void UseSameOrigin(this IApplicationBuilder app) =>
        app.Use(
            (http, next) =>
                IsRisky(http.Request) && !IsSameOrigin(http.Request)
                    ? Problems
                        .Of(
                            403,
                            "access.cross_site",
                            "A browser's session changes things only from pages of this service. Send a key as 'Authorization: Bearer'."
                        )
                        .ExecuteAsync(http)
                    : next(http)
        );

    private static bool IsRisky(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method)
        && !HttpMethods.IsHead(request.Method)
        && !HttpMethods.IsOptions(request.Method)
        && (
            request.Path == "/login"
            || request.Path == "/logout"
            || (request.Headers.Authorization.Count == 0 && SessionCookie.Read(request) is not null)
        );

    private static bool IsSameOrigin(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return site.Length > 0
            ? site == "same-origin"
            : request.Headers.Origin.ToString().Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }
}
