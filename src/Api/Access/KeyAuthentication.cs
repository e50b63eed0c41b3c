using System.Text.Encodings.Web;
using ConcatService.Api.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace ConcatService.Api.Access;

/// <summary>
/// Reads the key from <c>Authorization: Bearer</c>, or the session that it opened from the cookie that <c>/login</c> sets. A revoked key
/// ends its sessions too. Where a provider is configured, its tokens are taken as keys are.
/// </summary>
internal sealed class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    KnownKeys keys,
    RefusedKeys refusals,
    EndingKeys endings,
    OpenIdSettings? provider = null
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
        if (refusals.IsSlowed(Context) && !keys.Holds(key ?? session!))
        {
            Context.Items[nameof(RefusedKeys)] = true;
            return AuthenticateResult.Fail("Too many keys from this address were refused.");
        }

        var found = key is null
            ? keys.FindSessionAsync(session!, Context.RequestAborted)
            : provider is not null && IsToken(key)
                ? FindPersonAsync(provider)
                : keys.FindAsync(key, Context.RequestAborted);
        if (await found is { } known)
        {
            Context.Features.Set(known);
            endings.Tell(Context, known);
            return AuthenticateResult.Success(new AuthenticationTicket(Caller.ToPrincipal(known), Scheme));
        }

        refusals.Add(Context);
        return AuthenticateResult.Fail("The key is unknown, revoked or expired.");
    }

    /// <summary>A JSON Web Token has three parts (RFC 7519), a key has no dot.</summary>
    private static bool IsToken(string bearer) => bearer.AsSpan().Count('.') == 2;

    private async Task<KnownKey?> FindPersonAsync(OpenIdSettings settings) =>
        await Context.AuthenticateAsync(OpenIdSignIn.TokenScheme) is { Succeeded: true, Principal: var user }
        && Person.Of(user, settings) is { } person
            ? await keys.FindPersonAsync(person, Context.RequestAborted)
            : null;

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (HttpMethods.IsGet(Request.Method) && Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
        {
            Response.Redirect($"/login?return={Uri.EscapeDataString(Request.Path + Request.QueryString)}");
            return;
        }

        if (Context.Items.ContainsKey(nameof(RefusedKeys)))
        {
            Response.Headers.RetryAfter = "1";
            await Problems.TooManyRefused().ExecuteAsync(Context);
            return;
        }

        var refused = (await HandleAuthenticateOnceSafeAsync()).Failure is not null;
        Response.Headers.WWWAuthenticate = refused ? "Bearer error=\"invalid_token\"" : "Bearer";
        await Problems.Unauthorized(refused).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problems.Forbidden(Context).ExecuteAsync(Context);
}
