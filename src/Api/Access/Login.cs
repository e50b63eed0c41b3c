using System.Text.Encodings.Web;
using ConcatService.Api.Assets;
using ConcatService.Api.Headers;
using ConcatService.Api.Requests;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Access;

/// <summary>
/// GET and POST /login, POST /logout: a browser hands in a key and gets the cookie of a session, which Swagger, the dashboard and event
/// streams accept.
/// </summary>
internal static class Login
{
    /// <param name="app">The service.</param>
    /// <param name="home">Where <c>/</c> leads, and a browser that signed in without a wish.</param>
    public static void MapLogin(this IEndpointRouteBuilder app, string home)
    {
        app.MapGet("/", () => TypedResults.LocalRedirect(home)).AllowAnonymous().ExcludeFromDescription();
        var pages = app.MapGroup("").AllowAnonymous().ExcludeFromDescription().WithMetadata(ContentPolicy.Page).AnswersWithSecret();
        pages.MapGet("/login", Show);
        pages.MapPost("/login", SignInAsync).FromOwnPagesOnly();
        pages.MapPost("/logout", SignOutAsync).FromOwnPagesOnly();
    }

    private static ContentHttpResult Show(HttpContext context, [FromQuery(Name = "return")] string? after) =>
        Page(context, after ?? "", refused: false);

    private static async Task<IResult> SignInAsync(
        HttpContext context,
        KnownKeys keys,
        RefusedKeys refusals,
        NewSession session,
        CancellationToken cancel
    )
    {
        var form = await Forms.ReadAsync(context.Request, cancel);
        var (key, after) = (form["key"].ToString().Trim(), form["return"].ToString());
        if (await keys.FindAsync(key, cancel) is not { } known)
        {
            refusals.Add(context);
            return Page(context, after, refused: true);
        }

        await session.OpenAsync(context, known.Id);
        return TypedResults.LocalRedirect(LocalOr(after));
    }

    /// <summary>Where a browser goes after it signed in: what it asked for, if that is here.</summary>
    public static string LocalOr(string? after) => after is not null && IsLocal(after) ? after : "/";

    private static async Task<RedirectHttpResult> SignOutAsync(HttpContext context, KnownKeys keys, ConcatDb db, CancellationToken cancel)
    {
        if (SessionCookie.Read(context.Request) is { } text)
        {
            var hash = KeyText.Hash(text);
            if (await db.Sessions.Where(session => session.Hash == hash).ExecuteDeleteAsync(cancel) > 0)
                keys.ForgetAll();
        }

        SessionCookie.Delete(context);
        return TypedResults.LocalRedirect("/login");
    }

    /// <summary>
    /// A path of this host; <c>//other</c> and <c>/\other</c> are hosts to a browser, and control characters vanish on the way.
    /// </summary>
    private static bool IsLocal(string path) => path is ['/'] or ['/', not ('/' or '\\'), ..] && !path.Any(char.IsControl);

    private static ContentHttpResult Page(HttpContext context, string after, bool refused) =>
        TypedResults.Content(
            PageFiles.TextOf("login.html")
                .Replace("{{return}}", HtmlEncoder.Default.Encode(after))
                .Replace(
                    "{{provider}}",
                    context.RequestServices.GetService<OpenIdSettings>()?.ClientSecret is null
                        ? ""
                        : $"<p class=\"other\"><a href=\"{OpenIdSignIn.Path}?after={Uri.EscapeDataString(after)}\">Sign in with your "
                            + "company's account</a></p>"
                )
                .Replace(
                    "{{message}}",
                    refused ? "<p class=\"refused\" role=\"alert\">The service does not know this key, or it was revoked.</p>" : ""
                ),
            "text/html; charset=utf-8",
            statusCode: refused ? 401 : 200
        );
}
