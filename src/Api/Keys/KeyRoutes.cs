using ConcatService.Api.Access;
using ConcatService.Api.Docs;
using ConcatService.Api.Headers;

namespace ConcatService.Api.Keys;

/// <summary>/v1/keys: keys of a team, and of every team for whoever operates the instance; /v1/me: the caller's own.</summary>
internal static class KeyRoutes
{
    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/v1/keys").WithTags("Keys").RequireScope(Scopes.Admin);
        keys.MapGet("", ListKeys.Handle)
            .WithName("list_keys")
            .WithSummary("List the keys of the team, or of all teams for an operator, without the keys themselves");
        keys.MapPost("", CreateKey.Handle).WithName("create_key")
            .WithSummary("Create a key")
            .WithDescription("The key itself is in this answer only; it cannot be read again.")
            .TakesJson("KeyRequest", CreateKey.Example).ProducesProblem(422)
            .AnswersWithSecret();
        keys.MapPost("{id:guid}/rotate", RotateKey.Handle)
            .WithName("rotate_key")
            .WithSummary("Create a key like this one, which stays valid for a while")
            .WithDescription("The new key itself is in this answer only. `keep`: how long the old one stays valid, by default 24 hours.")
            .ProducesProblem(404)
            .ProducesProblem(409)
            .AnswersWithSecret();
        var sessions = app.MapGroup("/v1/sessions").WithTags("Keys").RequireScope(Scopes.Admin);
        sessions
            .MapGet("", Sessions.List)
            .WithName("list_sessions")
            .WithSummary("List the browsers that are signed in with a key of the team");
        sessions.MapDelete("{id:guid}", Sessions.End).WithName("end_session").WithSummary("Sign a browser out").ProducesProblem(404);
        app.MapGet("/v1/me", GetMe.Handle)
            .WithTags("Keys")
            .WithName("get_me")
            .WithSummary("Get the team, the key, its scopes and its expiry that the call is made with");
        keys.MapDelete("{id:guid}", RevokeKey.Handle).WithName("revoke_key").WithSummary("Revoke a key at once").ProducesProblem(404);
    }
}
