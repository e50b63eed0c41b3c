using System.Text.Json;
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
        var (teamId, _) = await FindOrMakeTeamAsync(db, team, cancel);
        var made = Add(db, teamId, name, scopes, expiresAt);
        await db.SaveChangesAsync(cancel);
        return made;
    }

    /// <summary>The team of this name, which is made when there is none.</summary>
    public static async Task<(int Id, bool IsNew)> FindOrMakeTeamAsync(ConcatDb db, string team, CancellationToken cancel)
    {
        // One statement, so that two callers who name the same new team at once both find it.
        var made = await db.Database.ExecuteSqlAsync($"insert into teams (name) values ({team}) on conflict (name) do nothing", cancel);
        return (await db.Teams.Where(entry => entry.Name == team).Select(entry => entry.Id).SingleAsync(cancel), made > 0);
    }

    /// <summary>A new key, stored when the caller saves. Returns the text, which is nowhere else.</summary>
    public static (string Key, ApiKey Stored) Add(ConcatDb db, int teamId, string name, string[] scopes, DateTimeOffset? expiresAt)
    {
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
        return (key, stored);
    }

    /// <summary>Stores a person's key where there is none, and the scopes that the person has now.</summary>
    public static async Task KeepPersonAsync(ConcatDb db, Person person, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var (teamId, team, isNew) = await TeamOfGroupAsync(db, person.Access.Team, cancel);
        var (id, hash, scopes) = (Guid.CreateVersion7(), KeyText.Hash(person.KeyText), person.Access.Scopes);
        var written = await db
            .Database.SqlQuery<Guid>(
                $"""
                insert into api_keys (id, team_id, name, prefix, hash, scopes)
                values ({id}, {teamId}, {person.Name}, 'openid', {hash}, {scopes})
                on conflict (hash) do update set scopes = excluded.scopes where api_keys.scopes <> excluded.scopes
                returning id as "Value"
                """
            )
            .ToListAsync(cancel);
        foreach (var key in written)
        {
            if (isNew)
                db.Add(EntryOf(person, teamId, team, key, AuditAction.CreateTeam, team));
            db.Add(EntryOf(person, teamId, team, key, key == id ? AuditAction.CreateKey : AuditAction.ChangeKey, key.ToString()));
        }

        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>The team of this name, or that had it before it was renamed. Made when there is none.</summary>
    private static async Task<(int Id, string Name, bool IsNew)> TeamOfGroupAsync(ConcatDb db, string name, CancellationToken cancel)
    {
        var known = await db
            .Teams.Where(team => team.Name == name || team.FormerNames.Contains(name))
            .OrderByDescending(team => team.Name == name)
            .Select(team => new { team.Id, team.Name })
            .FirstOrDefaultAsync(cancel);
        if (known is not null)
            return (known.Id, known.Name, false);
        var (id, isNew) = await FindOrMakeTeamAsync(db, name, cancel);
        return (id, name, isNew);
    }

    private static AuditEntry EntryOf(Person person, int teamId, string team, Guid key, AuditAction action, string target) =>
        new()
        {
            TeamId = teamId,
            Team = team,
            KeyId = key,
            KeyName = person.Name,
            CallerTeam = team,
            Action = action.Name,
            TargetKind = action.Target,
            Target = target,
            Details = JsonSerializer.SerializeToElement(new { by = "openid", name = person.Name, scopes = person.Access.Scopes }),
        };
}
