using ConcatService.Api.Access;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Tests.Access;

/// <summary>A kind of caller.</summary>
/// <param name="Name">For people.</param>
/// <param name="Headers">What it sends.</param>
/// <param name="Scopes">What its key may do.</param>
/// <param name="Refusal">The code of the 401 that it gets; null where its key is in force.</param>
/// <param name="Team">That of its key.</param>
/// <param name="IsSession">Whether it shows a cookie, and no key.</param>
/// <param name="IsOwnPage">Whether a page of the service sends it.</param>
public sealed record AccessCaller(
    string Name,
    (string Name, string Value)[] Headers,
    string[] Scopes,
    string? Refusal = null,
    string Team = Callers.Ours,
    bool IsSession = false,
    bool IsOwnPage = false
)
{
    public bool IsStranger => Team != Callers.Ours;

    public bool IsOperator => Scopes.Contains(Api.Access.Scopes.Operator);
}

/// <summary>Every kind of caller that there is.</summary>
internal static class Callers
{
    public const string Ours = "ours", Theirs = "theirs";
    private const string Invalid = "access.invalid_key", None = "access.no_key";

    private static readonly string[] OfTeam = [Scopes.JobsRead, Scopes.JobsWrite, Scopes.ModelsRead, Scopes.Infer, Scopes.Admin];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<IReadOnlyList<AccessCaller>> AllAsync(ApiServer api)
    {
        var now = DateTimeOffset.UtcNow;
        var (revoked, revokedKey) = await MakeAsync(api, Ours, Scopes.All);
        var callers = new List<AccessCaller>
        {
            new("nobody", [], [], None),
            new("credentials that are no key", [("Authorization", "Basic eDp5")], [], None),
            new("a malformed key", Key("ccs_short"), [], Invalid),
            new("an unknown key", Key(KeyText.New()), [], Invalid),
            new("a revoked key", Key(revoked), [], Invalid),
            new("an expired key", Key((await MakeAsync(api, Ours, Scopes.All, now.AddSeconds(-1))).Text), [], Invalid),
            new("a session of a revoked key", await SessionAsync(api, revokedKey, now.AddHours(1)), [], Invalid, IsSession: true),
        };
        await using (var db = api.Database.Open())
        {
            (await db.FindAsync<ApiKey>([revokedKey], Cancel))!.RevokedAt = now;
            await db.SaveChangesAsync(Cancel);
        }

        foreach (var scope in Scopes.All)
            callers.Add(new($"a key with {scope}", Key((await MakeAsync(api, Ours, scope)).Text), [scope]));
        callers.Add(new("another team's admin", Key((await MakeAsync(api, Theirs, OfTeam)).Text), OfTeam, Team: Theirs));
        callers.Add(new("another team's operator", Key((await MakeAsync(api, Theirs, Scopes.All)).Text), [.. Scopes.All], Team: Theirs));

        var (_, signedIn) = await MakeAsync(api, Ours, OfTeam);
        var cookie = await SessionAsync(api, signedIn, now.AddHours(1));
        callers.Add(
            new("a session", [.. cookie, ("Sec-Fetch-Site", "same-origin")], OfTeam, IsSession: true, IsOwnPage: true)
        );
        callers.Add(new("a session, from another origin", [.. cookie, ("Sec-Fetch-Site", "cross-site")], OfTeam, IsSession: true));
        var over = await SessionAsync(api, signedIn, now.AddSeconds(-1));
        callers.Add(new("a session that is over", over, [], Invalid, IsSession: true));
        return callers;
    }

    /// <summary>A browser's session that is opened by a key.</summary>
    /// <returns>The headers by which the browser shows it.</returns>
    private static async Task<(string Name, string Value)[]> SessionAsync(ApiServer api, Guid key, DateTimeOffset expires)
    {
        var text = KeyText.NewSession();
        await using var db = api.Database.Open();
        db.Add(
            new Session
            {
                ApiKeyId = key,
                Hash = KeyText.Hash(text),
                ExpiresAt = expires,
            }
        );
        await db.SaveChangesAsync(Cancel);
        return [("Cookie", $"concat_session_80={text}")];
    }

    private static Task<(string Text, Guid Id)> MakeAsync(ApiServer api, string team, params IEnumerable<string> scopes) =>
        MakeAsync(api, team, scopes, null);

    private static async Task<(string Text, Guid Id)> MakeAsync(
        ApiServer api,
        string team,
        IEnumerable<string> scopes,
        DateTimeOffset? expires
    )
    {
        await using var db = api.Database.Open();
        var (text, stored) = await KeyMaker.MakeAsync(db, team, "caller", [.. scopes], expires, Cancel);
        return (text, stored.Id);
    }

    private static (string, string)[] Key(string text) => [("Authorization", $"Bearer {text}")];
}
