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
    public sealed record Response(string Team, Guid KeyId, string KeyName, string[] Scopes, DateTimeOffset? ExpiresAt);

    public static async Task<Ok<Response>> Handle(Caller caller, ConcatDb db, CancellationToken cancel) =>
        TypedResults.Ok(
            await db
                .ApiKeys.Where(key => key.Id == caller.KeyId)
                .Join(
                    db.Teams,
                    key => key.TeamId,
                    team => team.Id,
                    (key, team) => new Response(team.Name, key.Id, key.Name, key.Scopes, key.ExpiresAt)
                )
                .SingleAsync(cancel)
        );
}
