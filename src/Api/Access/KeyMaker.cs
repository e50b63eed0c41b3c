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
        // One statement, so that two callers who name the same new team at once both find it.
        await db.Database.ExecuteSqlAsync($"insert into teams (name) values ({team}) on conflict (name) do nothing", cancel);
        var teamId = await db.Teams.Where(entry => entry.Name == team).Select(entry => entry.Id).SingleAsync(cancel);

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
}
