using System.Globalization;
using System.Security.Claims;

namespace ConcatService.Api.Access;

/// <summary>
/// Somebody whom the provider vouches for. In the database a person is a key of the team that nobody can write down, so that all that holds
/// for keys holds: lists, revoking, sessions, the log.
/// </summary>
/// <param name="Issuer">The provider.</param>
/// <param name="Subject">The person's id there.</param>
/// <param name="Name">For people: the address or name that the provider tells.</param>
/// <param name="Access">Team and scopes.</param>
/// <param name="Expires">When the provider's word ends; null: it does not say.</param>
internal sealed record Person(string Issuer, string Subject, string Name, GroupAccess Access, DateTimeOffset? Expires)
{
    /// <summary>Whose hash the key has. It is no text of a key: none is well-formed with a blank.</summary>
    public string KeyText => $"openid {Issuer} {Subject} {Access.Team}";

    /// <summary>The same with what may change from one token to the next.</summary>
    public string CacheText => $"{KeyText} {string.Join(' ', Access.Scopes)}";

    /// <summary>Null when the person is in no group that is known here.</summary>
    public static Person? Of(ClaimsPrincipal user, OpenIdSettings settings)
    {
        if (
            user.FindFirstValue("sub") is not { Length: > 0 } subject
            || settings.AccessOf(user.FindAll(settings.GroupsClaim).Select(claim => claim.Value)) is not { } access
        )
            return null;
        var name = user.FindFirstValue("email") ?? user.FindFirstValue("preferred_username") ?? user.FindFirstValue("name") ?? subject;
        name = string.Concat(name.Where(letter => !char.IsControl(letter)));
        var expires = long.TryParse(user.FindFirstValue("exp"), CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : (DateTimeOffset?)null;
        return new(settings.Authority, subject, name[..Math.Min(name.Length, 200)], access, expires);
    }
}
