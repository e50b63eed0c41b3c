using ConcatService.Api.Access;
using ConcatService.Api.Docs;
using ConcatService.Api.Headers;

namespace ConcatService.Api.Keys;

/// <summary>/v1/keys: keys of every team, for whoever operates the instance; /v1/me: the caller's own.</summary>
internal static class KeyRoutes
{
    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/v1/keys").WithTags("Keys").RequireScope(Scopes.Admin);
        keys.MapGet("", ListKeys.Handle)
            .WithName("list_keys")
            .WithSummary("List the keys of all teams, without the keys themselves");
        keys.MapPost("", CreateKey.Handle).WithName("create_key")
            .WithSummary("Create a key")
            .WithDescription("The key itself is in this answer only; it cannot be read again.")
            .TakesJson("KeyRequest", CreateKey.Example).ProducesProblem(422)
            .AnswersWithSecret();
        app.MapGet("/v1/me", GetMe.Handle)
            .WithTags("Keys")
            .WithName("get_me")
            .WithSummary("Get the team, the key, its scopes and its expiry that the call is made with");
        keys.MapDelete("{id:guid}", RevokeKey.Handle).WithName("revoke_key").WithSummary("Revoke a key at once").ProducesProblem(404);
    }
}
