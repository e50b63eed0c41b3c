using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Access;

/// <summary>Makes keys.</summary>
internal static class KeyMaker
{
    /// <summary>
    /// Stores a new key of a team, which is made when there is none of that name. Returns the text, which is nowhere else.
    /// </summary>
    public static async Task<(string Key, ApiKey Stored)> MakeAsync(
        ConcatDb db, string team, string name, string[] scopes, DateTimeOffset? expiresAt, CancellationToken cancel)
    {
        var teamId = await TeamAsync(db, team, cancel);
        var key = KeyText.New();
        var stored = new ApiKey
        {
            TeamId = teamId,
            Name = name,
            Prefix = KeyText.Prefix(key),
            Hash = KeyText.Hash(key),
            Scopes = scopes,
            ExpiresAt = expiresAt,
        };
        db.Add(stored);
        await db.SaveChangesAsync(cancel);
        return (key, stored);
    }

    /// <summary>Stores a person's key where there is none, and the scopes that the person has now.</summary>
    public static async Task KeepPersonAsync(ConcatDb db, Person person, CancellationToken cancel)
    {
        var teamId = await TeamAsync(db, person.Access.Team, cancel);
        var (hash, scopes) = (KeyText.Hash(person.KeyText), person.Access.Scopes);
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into api_keys (id, team_id, name, prefix, hash, scopes)
            values ({Guid.CreateVersion7()}, {teamId}, {person.Name}, 'openid', {hash}, {scopes})
            on conflict (hash) do update set scopes = excluded.scopes where api_keys.scopes <> excluded.scopes
            """,
            cancel
        );
    }

    /// <summary>One statement makes it, so that two callers who name the same new team at once both find it.</summary>
    private static async Task<int> TeamAsync(ConcatDb db, string team, CancellationToken cancel)
    {
        await db.Database.ExecuteSqlAsync($"insert into teams (name) values ({team}) on conflict (name) do nothing", cancel);
        return await db.Teams.Where(entry => entry.Name == team).Select(entry => entry.Id).SingleAsync(cancel);
    }
}
