using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace ConcatService.Api.Access;

internal static class AccessServices
{
    /// <summary>Keys for everybody, and everything closed that does not say <c>AllowAnonymous</c>.</summary>
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<KnownKeys>();
        services.AddSingleton<RefusedKeys>();
        services.AddSingleton<EndingKeys>();
        services
            .AddAuthentication(KeyAuthentication.Scheme)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.Scheme, null);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }
}
