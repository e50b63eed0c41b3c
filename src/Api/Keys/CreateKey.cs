using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Requests;
using ConcatService.Domain.Fields;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Keys;

/// <summary>POST /v1/keys: <c>{ name, team, scopes, expires_at? }</c>. A team is made when its first key is.</summary>
internal static class CreateKey
{
    public const string Example = """{ "name": "laptop", "team": "demo", "scopes": ["jobs:read", "jobs:write", "models:read", "infer"] }""";

    /// <summary>The key's text and what is listed of it.</summary>
    public sealed record Response(string Key, KeyResource Details);

    public static async Task<Results<Created<Response>, ProblemHttpResult>> Handle(
        JsonBody body,
        ConcatDb db,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        var fields = new Fields(body.Root);
        var (name, team) = (fields.RequiredText("name"), fields.RequiredText("team", 64));
        var scopes = ReadScopes(fields);
        var expires = ReadExpiry(fields, time);
        if (fields.Errors.Count > 0)
            return Problems.Invalid([.. fields.Errors]);

        var (key, stored) = await KeyMaker.MakeAsync(db, team!, name!, scopes, expires, cancel);
        return TypedResults.Created((string?)null, new Response(key, KeyResource.Of(stored, team!)));
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
