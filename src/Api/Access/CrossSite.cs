using ConcatService.Api.Errors;

namespace ConcatService.Api.Access;

/// <summary>
/// Refuses what a page of another origin makes a browser send: calls that change something and carry the session's cookie, and signing in
/// and out. Ports are origins of their own, and SameSite does not part them.
/// </summary>
/// <remarks>Sources: Fetch Metadata Request Headers (Sec-Fetch-Site); RFC 6454 (Origin). A call with a key is no browser's doing.</remarks>
internal static class CrossSite
{
    /// <summary>Endpoint metadata: the call is a browser's, and is taken from pages of this service alone.</summary>
    private sealed record OwnPagesOnly;

    public static T FromOwnPagesOnly<T>(this T endpoints) where T : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new OwnPagesOnly());

    /// <summary>Behind routing.</summary>
    public static void UseSameOrigin(this IApplicationBuilder app) =>
        app.Use(
            (http, next) =>
                IsRisky(http) && !IsSameOrigin(http.Request)
                    ? Problems
                        .Of(
                            403,
                            "access.cross_site",
                            "A browser's session changes things only from pages of this service. Send a key as 'Authorization: Bearer'."
                        )
                        .ExecuteAsync(http)
                    : next(http)
        );

    private static bool IsRisky(HttpContext http) =>
        !HttpMethods.IsGet(http.Request.Method)
        && !HttpMethods.IsHead(http.Request.Method)
        && !HttpMethods.IsOptions(http.Request.Method)
        && (
            http.GetEndpoint()?.Metadata.GetMetadata<OwnPagesOnly>() is not null
            || (KeyAuthentication.KeyOf(http.Request) is null && SessionCookie.Read(http.Request) is not null)
        );

    private static bool IsSameOrigin(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return site.Length > 0
            ? site == "same-origin"
            : request.Headers.Origin.ToString().Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }
}
