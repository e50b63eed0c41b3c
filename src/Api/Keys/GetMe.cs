using ConcatService.Api.Access;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Keys;

/// <summary>GET /v1/me: as whom the service knows the caller.</summary>
internal static class GetMe
{
    /// <param name="KeyName">The name under which the key is listed.</param>
    /// <param name="ExpiresAt">Null: never.</param>
    /// <param name="ExpiresInDays">Whole days until then, 0 on the last one; null: never.</param>
    public sealed record Response(
        string Team,
        Guid KeyId,
        string KeyName,
        string[] Scopes,
        DateTimeOffset? ExpiresAt,
        int? ExpiresInDays
    );

    public static async Task<Ok<Response>> Handle(Caller caller, ConcatDb db, TimeProvider time, CancellationToken cancel)
    {
        var found = await db
            .ApiKeys.AsNoTracking()
            .Where(key => key.Id == caller.KeyId)
            .Join(db.Teams, key => key.TeamId, team => team.Id, (key, team) => new { Key = key, Team = team.Name })
            .SingleAsync(cancel);
        var (key, now) = (found.Key, time.GetUtcNow());
        int? days = key.ExpiresAt is { } end ? EndingKeys.Days(end, now) : null;
        return TypedResults.Ok(new Response(found.Team, key.Id, key.Name, key.Scopes, key.ExpiresAt, days));
    }
}
