namespace ConcatService.Api.Access;

/// <summary>What a member of a group may: a team and scopes of it.</summary>
internal sealed record GroupAccess(string Group, string Team, string[] Scopes);

/// <summary>Sign-in by a provider of OpenID Connect (https://openid.net/specs/openid-connect-core-1_0.html).</summary>
/// <param name="Authority"><c>OpenIdConnect:Authority</c>: the provider's issuer, an https address.</param>
/// <param name="ClientId"><c>OpenIdConnect:ClientId</c>: this service at the provider.</param>
/// <param name="ClientSecret"><c>OpenIdConnect:ClientSecret</c>; null: browsers cannot sign in, tokens are taken all the same.</param>
/// <param name="Audience"><c>OpenIdConnect:Audience</c> of bearer tokens; default: the client id.</param>
/// <param name="GroupsClaim"><c>OpenIdConnect:GroupsClaim</c>: the claim with a person's groups; default <c>groups</c>.</param>
/// <param name="RequiresHttps"><c>OpenIdConnect:RequireHttps</c>; default true. False for a provider on the same machine.</param>
/// <param name="Groups">
/// <c>OpenIdConnect:Groups</c>: <c>GROUP=TEAM SCOPE SCOPE; GROUP=TEAM SCOPE</c>, the first that fits names the team.
/// </param>
internal sealed record OpenIdSettings(
    string Authority,
    string ClientId,
    string? ClientSecret,
    string Audience,
    string GroupsClaim,
    bool RequiresHttps,
    IReadOnlyList<GroupAccess> Groups
)
{
    /// <summary>Null where no authority is set: keys alone.</summary>
    /// <exception cref="InvalidOperationException">Something is missing or cannot be read.</exception>
    public static OpenIdSettings? From(IConfiguration configuration)
    {
        if (configuration.GetValue<string>("OpenIdConnect:Authority") is not { Length: > 0 } authority)
            return null;
        var client =
            configuration.GetValue<string>("OpenIdConnect:ClientId")
            ?? throw new InvalidOperationException("OpenIdConnect:Authority is set and OpenIdConnect:ClientId is not.");
        return new(
            authority,
            client,
            configuration.GetValue<string>("OpenIdConnect:ClientSecret"),
            configuration.GetValue<string>("OpenIdConnect:Audience") ?? client,
            configuration.GetValue<string>("OpenIdConnect:GroupsClaim") ?? "groups",
            configuration.GetValue("OpenIdConnect:RequireHttps", true),
            [.. (configuration.GetValue<string>("OpenIdConnect:Groups") ?? "").Split(';', Trimmed).Select(Read)]
        );
    }

    /// <summary>What a person of these groups may; null when none of them is known here.</summary>
    public GroupAccess? AccessOf(IEnumerable<string> groups)
    {
        var own = groups.ToHashSet();
        if (Groups.FirstOrDefault(each => own.Contains(each.Group)) is not { } first)
            return null;
        var scopes = Groups.Where(each => own.Contains(each.Group) && each.Team == first.Team).SelectMany(each => each.Scopes);
        return first with { Scopes = [.. scopes.Distinct().Order(StringComparer.Ordinal)] };
    }

    private const StringSplitOptions Trimmed = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    private static GroupAccess Read(string text)
    {
        if (
            text.Split('=', 2, Trimmed) is [var group, var access]
            && access.Split(' ', Trimmed) is [var team, .. { Length: > 0 } scopes]
            && TeamNames.IsName(team)
            && scopes.Except(Scopes.All).FirstOrDefault() is null
        )
            return new(group, team, scopes);
        throw new InvalidOperationException(
            $"OpenIdConnect:Groups has '{text}'. An entry is GROUP=TEAM SCOPE SCOPE…, such as 'ml=vision jobs:read jobs:write'; the scopes "
                + $"are {string.Join(", ", Scopes.All)}."
        );
    }
}
