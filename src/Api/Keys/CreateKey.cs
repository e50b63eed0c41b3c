using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Requests;
using ConcatService.Domain.Fields;
using ConcatService.Persistence;
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
        JsonBody body,
        ConcatDb db,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        var fields = new Fields(body.Root);
        var own = await db.Teams.Where(each => each.Id == caller.TeamId).Select(each => each.Name).SingleAsync(cancel);
        var (name, team) = (fields.RequiredText("name"), fields.Text("team", TeamNames.MaxLength) ?? own);
        var scopes = ReadScopes(fields);
        if (team != own && caller.IsOperator && await FaultOfAsync(db, team, cancel) is { } fault)
            fields.Fault("team", "team_name", fault);
        var expires = ReadExpiry(fields, time);
        if (fields.Errors.Count > 0)
            return Problems.Invalid([.. fields.Errors]);

        if (!caller.IsOperator && team != own)
            return Problems.Of(403, "access.other_team", $"This key makes keys of the team '{own}'. Leave 'team' out, or ask an operator.");
        if (!caller.IsOperator && scopes.Intersect(Scopes.OfInstance).FirstOrDefault() is { } wide)
            return Problems.Of(403, "access.missing_scope", $"'{wide}' concerns every team; only a key with 'operator' hands it out.");
        var (key, stored) = await KeyMaker.MakeAsync(db, team, name!, scopes, expires, cancel);
        return TypedResults.Created((string?)null, new Response(key, KeyResource.Of(stored, team)));
    }

    /// <summary>Why a team cannot have this name; null where it can, and where it has it.</summary>
    private static async Task<string?> FaultOfAsync(ConcatDb db, string team, CancellationToken cancel)
    {
        if (await db.Teams.AnyAsync(each => each.Name == team, cancel))
            return null;
        if (!TeamNames.IsName(team))
            return $"'team' is 1 to {TeamNames.MaxLength} of the letters a to z, digits, '-', '_' and '.', and begins with a letter or "
                + "digit.";
        // What differs only in its capitals is taken for the other by people.
        var alike = await db
            .Database.SqlQuery<string>($"""select name as "Value" from teams where lower(name) = lower({team})""")
            .FirstOrDefaultAsync(cancel);
        return alike is null ? null : $"There is a team '{alike}'. Write it so, or take a name that looks different.";
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
