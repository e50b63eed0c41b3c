using System.Security.Claims;

namespace ConcatService.Api.Access;

/// <summary>Who calls: the key and its team. A parameter of every handler that touches something of a team.</summary>
/// <param name="SessionId">Null for a call with the key itself.</param>
internal sealed record Caller(Guid KeyId, string KeyName, int TeamId, string Team, bool IsOperator, Guid? SessionId)
{
    public const string ScopeClaim = "scope";
    private const string KeyClaim = "key";
    private const string KeyNameClaim = "key_name";
    private const string TeamClaim = "team";
    private const string TeamNameClaim = "team_name";
    private const string SessionClaim = "session";

    public static ClaimsPrincipal ToPrincipal(KnownKey key) =>
        new(
            new ClaimsIdentity(
                [
                    new(KeyClaim, key.Id.ToString()),
                    new(KeyNameClaim, key.Name),
                    new(TeamClaim, key.TeamId.ToString()),
                    new(TeamNameClaim, key.Team),
                    .. key.Session is { } session ? [new Claim(SessionClaim, session.ToString())] : Array.Empty<Claim>(),
                    .. key.Scopes.Select(scope => new Claim(ScopeClaim, scope)),
                ],
                KeyAuthentication.Scheme
            )
        );

    /// <summary>Null before authentication, and for a caller without a key.</summary>
    public static string? TeamNameOf(ClaimsPrincipal user) => user.FindFirstValue(TeamNameClaim);

    /// <summary>Bound by ASP.NET Core. Only behind authorization, which every route has that takes a caller.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext context)
    {
        var user = context.User;
        return new(
            new Caller(
                Guid.Parse(user.FindFirstValue(KeyClaim)!),
                user.FindFirstValue(KeyNameClaim)!,
                int.Parse(user.FindFirstValue(TeamClaim)!),
                user.FindFirstValue(TeamNameClaim)!,
                user.HasClaim(ScopeClaim, Scopes.Operator),
                user.FindFirstValue(SessionClaim) is { } session ? Guid.Parse(session) : null
            )
        );
    }
}
