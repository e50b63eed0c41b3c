using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Api.Requests;
using ConcatService.Domain.Fields;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Keys;

/// <summary>
/// POST /v1/keys: <c>{ name, team?, scopes, expires_at? }</c>. Default of team: the caller's. Only an operator makes keys of another team,
/// which is made when its first key is, and keys that concern the whole instance.
/// </summary>
internal static class CreateKey
{
    public const string Example = """{ "name": "laptop", "team": "demo", "scopes": ["jobs:read", "jobs:write", "models:read", "infer"] }""";

    /// <summary>The key's text and what is listed of it.</summary>
    public sealed record Response(string Key, KeyResource Details);

    public static async Task<Results<Created<Response>, ProblemHttpResult>> Handle(
        Caller caller,
        AuditTrail trail,
        JsonBody body,
        ConcatDb db,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        var fields = new Fields(body.Root);
        // Not the caller's, which is known for a while after the team was renamed.
        var own = await db.Teams.Where(each => each.Id == caller.TeamId).Select(each => each.Name).SingleAsync(cancel);
        var (name, team) = (fields.RequiredText("name"), fields.Text("team", TeamNames.MaxLength) ?? own);
        var scopes = ReadScopes(fields);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var isNew = caller.IsOperator && team != own && !await db.Teams.AnyAsync(each => each.Name == team, cancel);
        var alike = isNew ? await TeamNaming.AlikeAsync(db, team, own: null, cancel) : null;
        if (isNew && alike is null && !TeamNames.IsName(team))
            fields.Fault("team", "team_name", TeamNaming.Form);
        var expires = ReadExpiry(fields, time);
        if (fields.Errors.Count > 0)
            return Problems.Invalid([.. fields.Errors]);

        if (!caller.IsOperator && team != own)
            return Problems.Of(403, "access.other_team", $"This key makes keys of the team '{own}'. Leave 'team' out, or ask an operator.");
        if (!caller.IsOperator && scopes.Intersect(Scopes.OfInstance).FirstOrDefault() is { } wide)
            return Problems.Of(403, "access.missing_scope", $"'{wide}' concerns every team; only a key with 'operator' hands it out.");
        if (alike is not null)
            return Problems.TeamAlike(team, alike);
        var (teamId, isMade) = team == own ? (caller.TeamId, false) : await KeyMaker.FindOrMakeTeamAsync(db, team, cancel);
        var (key, stored) = KeyMaker.Add(db, teamId, name!, scopes, expires);
        if (isMade)
            db.Add(trail.Entry(AuditAction.CreateTeam, teamId, team, team));
        var details = new { name, prefix = stored.Prefix, scopes, expires_at = expires };
        db.Add(trail.Entry(AuditAction.CreateKey, teamId, team, stored.Id.ToString(), details));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return TypedResults.Created((string?)null, new Response(key, KeyResource.Of(stored, team)));
    }

    private static string[] ReadScopes(Fields fields)
    {
        if (
            fields.Any("scopes") is not { ValueKind: JsonValueKind.Array } list
            || list.GetArrayLength() == 0
            || list.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String)
        )
        {
            fields.Fault("scopes", "wrong_type", $"'scopes' must be a list of at least one of {string.Join(", ", Scopes.All)}.");
            return [];
        }

        var scopes = list.EnumerateArray().Select(item => item.GetString()!).Distinct().ToArray();
        foreach (var unknown in scopes.Except(Scopes.All))
            fields.Fault("scopes", "unknown_scope", $"There is no scope '{unknown}'.{Spelling.DidYouMean(unknown, Scopes.All)}");
        return scopes;
    }

    private static DateTimeOffset? ReadExpiry(Fields fields, TimeProvider time)
    {
        if (fields.Any("expires_at") is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var at) && at > time.GetUtcNow())
            return at.ToUniversalTime();
        fields.Fault("expires_at", "out_of_range", "'expires_at' must be a time in the future, such as 2030-01-31T12:00:00Z.");
        return null;
    }
}
