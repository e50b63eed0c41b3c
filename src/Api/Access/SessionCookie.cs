namespace ConcatService.Api.Access;

/// <summary>The cookie of a browser's session.</summary>
/// <remarks>
/// A browser sends cookies to every port of a host, so the name holds the port, and two instances do not sign each other out. Under TLS it
/// begins with <c>__Host-</c>, which no other host can set (RFC 6265bis, section 4.1.3).
/// </remarks>
internal static class SessionCookie
{
    public static string? Read(HttpRequest request) => request.Cookies[NameFor(request)];

    public static void Write(HttpContext http, string text, DateTimeOffset expires)
    {
        var options = Options(http);
        options.Expires = expires;
        http.Response.Cookies.Append(NameFor(http.Request), text, options);
    }

    public static void Delete(HttpContext http) => http.Response.Cookies.Delete(NameFor(http.Request), Options(http));

    private static string NameFor(HttpRequest request) =>
        request.IsHttps ? "__Host-concat_session" : $"concat_session_{request.Host.Port ?? 80}";

    private static CookieOptions Options(HttpContext http) =>
        new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = http.Request.IsHttps,
            IsEssential = true,
            Path = "/",
        };
}
