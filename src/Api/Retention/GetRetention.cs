using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Persistence;
using ConcatService.Persistence.Retention;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Retention;

/// <summary>GET /v1/retention: how long what the team has is kept.</summary>
internal static class GetRetention
{
    /// <param name="InForce">The team's own choices, and the instance's for all others.</param>
    /// <param name="Instance">What holds where a team has not chosen.</param>
    /// <param name="Own">What the team has chosen, as it was sent.</param>
    public sealed record Response(RetentionPeriods InForce, RetentionPeriods Instance, JsonElement Own)
    {
        public static Response Of(RetentionSettings instance, JsonElement own) =>
            new(RetentionPeriods.Of(instance.With(own)), RetentionPeriods.Of(instance), own);
    }

    public static async Task<Ok<Response>> Handle(Caller caller, ConcatDb db, RetentionSettings instance, CancellationToken cancel) =>
        TypedResults.Ok(Response.Of(instance, await db.FindRetentionAsync(caller.TeamId, cancel)));
}
