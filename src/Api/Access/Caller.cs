using System.Security.Claims;

namespace ConcatService.Api.Access;

/// <summary>Who calls: the key's id and its team. A parameter of every handler that touches something of a team.</summary>
internal sealed record Caller(Guid KeyId, int TeamId, bool IsOperator)
{
    public const string ScopeClaim = "scope";
    private const string KeyClaim = "key";
    private const string TeamClaim = "team";
    private const string TeamNameClaim = "team_name";

    public static ClaimsPrincipal ToPrincipal(KnownKey key) =>
        new(
            new ClaimsIdentity(
                [
                    new(KeyClaim, key.Id.ToString()),
                    new(TeamClaim, key.TeamId.ToString()),
                    new(TeamNameClaim, key.Team),
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
                int.Parse(user.FindFirstValue(TeamClaim)!),
                user.HasClaim(ScopeClaim, Scopes.Operator)
            )
        );
    }
}
