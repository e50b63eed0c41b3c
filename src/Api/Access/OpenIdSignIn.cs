using System.Text.Encodings.Web;
using ConcatService.Api.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace ConcatService.Api.Access;

/// <summary>
/// Tokens of the provider in place of keys, and /login/openid for browsers: the code flow with PKCE. Both end in a key of the person's
/// team, the browser's in a session like any other.
/// </summary>
internal static class OpenIdSignIn
{
    public const string Path = "/login/openid";

    /// <summary>The schemes' names; callers meet the one of keys alone.</summary>
    public const string TokenScheme = "openid-token";
    private const string BrowserScheme = "openid-browser";

    public static void AddOpenId(this AuthenticationBuilder authentication, OpenIdSettings settings)
    {
        authentication.Services.AddSingleton(settings);
        authentication.AddJwtBearer(
            TokenScheme,
            options =>
            {
                (options.Authority, options.Audience) = (settings.Authority, settings.Audience);
                (options.RequireHttpsMetadata, options.MapInboundClaims) = (settings.RequiresHttps, false);
            }
        );
        if (settings.ClientSecret is not null)
            authentication.AddOpenIdConnect(BrowserScheme, options => Configure(options, settings));
    }

    public static void MapOpenId(this IEndpointRouteBuilder app)
    {
        if (app.ServiceProvider.GetService<OpenIdSettings>()?.ClientSecret is not null)
            app.MapGet(Path, (string? after) => TypedResults.Challenge(new() { RedirectUri = after }, [BrowserScheme]))
                .AllowAnonymous()
                .ExcludeFromDescription();
    }

    private static void Configure(OpenIdConnectOptions options, OpenIdSettings settings)
    {
        (options.Authority, options.ClientId, options.ClientSecret) = (settings.Authority, settings.ClientId, settings.ClientSecret);
        (options.RequireHttpsMetadata, options.MapInboundClaims) = (settings.RequiresHttps, false);
        (options.ResponseType, options.ResponseMode) = (OpenIdConnectResponseType.Code, OpenIdConnectResponseMode.Query);
        (options.UsePkce, options.GetClaimsFromUserInfoEndpoint, options.SaveTokens) = (true, true, false);
        options.CallbackPath = $"{Path}/callback";
        options.ClaimActions.MapJsonKey(settings.GroupsClaim, settings.GroupsClaim);
        options.Scope.Add("email");
        // The provider sends the browser back by GET, from another site.
        options.CorrelationCookie.SameSite = options.NonceCookie.SameSite = SameSiteMode.Lax;
        options.CorrelationCookie.SecurePolicy = options.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.Events.OnTicketReceived = async ticket =>
        {
            ticket.HandleResponse();
            await SignInAsync(ticket, settings);
        };
        options.Events.OnRemoteFailure = async failure =>
        {
            failure.HandleResponse();
            await Problems
                .Of(401, "access.openid_failed", "The provider did not sign you in. Try again at /login; the log has the reason.")
                .ExecuteAsync(failure.HttpContext);
        };
    }

    private static async Task SignInAsync(TicketReceivedContext ticket, OpenIdSettings settings)
    {
        var http = ticket.HttpContext;
        var keys = http.RequestServices.GetRequiredService<KnownKeys>();
        if (
            Person.Of(ticket.Principal!, settings) is not { } person
            || await keys.FindPersonAsync(person, http.RequestAborted) is not { } known
        )
        {
            await Problems
                .Of(403, "access.no_group", "You are signed in, but in no group that may use this service. Ask its operator.")
                .ExecuteAsync(http);
            return;
        }

        await http.RequestServices.GetRequiredService<NewSession>().OpenAsync(http, known.Id);
        http.Response.Headers.CacheControl = "no-store";
        await TypedResults.Content(GoOn(Login.LocalOr(ticket.ReturnUri)), "text/html; charset=utf-8").ExecuteAsync(http);
    }

    /// <summary>A page that goes on by itself: a redirect would still be the provider's, and would not carry the cookie.</summary>
    private static string GoOn(string after)
    {
        var url = HtmlEncoder.Default.Encode(after);
        return $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>Signed in</title><meta http-equiv="refresh" content="0;url={url}"></head>
            <body><p><a href="{url}">Go on</a></p></body>
            </html>
            """;
    }
}
