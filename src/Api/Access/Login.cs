using System.Text.Encodings.Web;
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
        var pages = app.MapGroup("").AllowAnonymous().ExcludeFromDescription().WithMetadata(ContentPolicy.OfPage(Html)).AnswersWithSecret();
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
            Html.Replace("{{return}}", HtmlEncoder.Default.Encode(after))
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

    private const string Html = """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>Sign in · ConcatService</title>
          <style>
            :root {
              color-scheme: light dark;
              --text: #1c2430; --soft: #5b6675; --page: #f5f6f8; --card: #fff; --line: #d5dae1; --accent: #1f5fbf; --bad: #b3261e;
            }
            @media (prefers-color-scheme: dark) {
              :root {
                --text: #e6e9ee; --soft: #9aa5b4; --page: #14181e; --card: #1c222b; --line: #343d4a; --accent: #6ea8ff; --bad: #ff8a80;
              }
              button { color: #10151c !important; }
            }
            body {
              margin: 0; min-height: 100vh; display: grid; place-items: center;
              background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif;
            }
            main {
              width: min(26rem, calc(100vw - 2rem)); box-sizing: border-box; padding: 2rem;
              background: var(--card); border: 1px solid var(--line); border-radius: 12px;
            }
            h1 { margin: 0 0 .25rem; font-size: 1.35rem; }
            p { margin: 0 0 1.25rem; color: var(--soft); }
            label { display: block; margin-bottom: .35rem; font-weight: 600; }
            input {
              width: 100%; box-sizing: border-box; padding: .6rem .7rem; font: 15px ui-monospace, monospace;
              color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 8px;
            }
            button {
              width: 100%; margin-top: 1rem; padding: .65rem; font: inherit; font-weight: 600;
              color: #fff; background: var(--accent); border: 0; border-radius: 8px; cursor: pointer;
            }
            input:focus-visible, button:focus-visible {
              outline: 3px solid color-mix(in srgb, var(--accent) 45%, transparent); outline-offset: 1px;
            }
            code { font-family: ui-monospace, monospace; }
            a { color: var(--accent); }
            .other { margin: 1.25rem 0 0; text-align: center; }
            .refused { color: var(--bad); }
          </style>
        </head>
        <body>
          <main>
            <h1>ConcatService</h1>
            <p>Sign in with an API key. <code>./concat key</code> prints the one of a local instance.</p>
            {{message}}
            <form method="post" action="/login">
              <label for="key">API key</label>
              <input id="key" name="key" type="password" placeholder="ccs_…"
                     autocomplete="current-password" spellcheck="false" required autofocus>
              <input name="return" type="hidden" value="{{return}}">
              <button type="submit">Sign in</button>
            </form>
            {{provider}}
          </main>
        </body>
        </html>
        """;
}
