using System.Text.Encodings.Web;
using ConcatService.Api.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace ConcatService.Api.Access;

/// <summary>
/// Reads the key from <c>Authorization: Bearer</c>, or the session that it opened from the cookie that <c>/login</c> sets. A revoked key
/// ends its sessions too.
/// </summary>
internal sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    KnownKeys keys,
    RefusedKeys refusals,
    EndingKeys endings
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "key";
    private const string Bearer = "Bearer ";

    /// <summary>What a call shows as its key; null where it shows none, and a session counts.</summary>
    public static string? KeyOf(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : null;
    }

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var (key, session) = (KeyOf(Request), SessionCookie.Read(Request));
        if (string.IsNullOrEmpty(key ?? session))
            return AuthenticateResult.NoResult();
        var found = key is not null
            ? keys.FindAsync(key, Context.RequestAborted)
            : keys.FindSessionAsync(session!, Context.RequestAborted);
        if (await found is { } known)
        {
            endings.Tell(Context, known);
            return AuthenticateResult.Success(new AuthenticationTicket(Caller.ToPrincipal(known), Scheme));
        }

        refusals.Add(Context);
        return AuthenticateResult.Fail("The key is unknown, revoked or expired.");
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (HttpMethods.IsGet(Request.Method) && Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
        {
            Response.Redirect($"/login?return={Uri.EscapeDataString(Request.Path + Request.QueryString)}");
            return;
        }

        var refused = (await HandleAuthenticateOnceSafeAsync()).Failure is not null;
        Response.Headers.WWWAuthenticate = refused ? "Bearer error=\"invalid_token\"" : "Bearer";
        await Problems.Unauthorized(refused).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problems.Forbidden(Context).ExecuteAsync(Context);
}
