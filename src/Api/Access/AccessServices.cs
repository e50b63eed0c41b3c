using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace ConcatService.Api.Access;

internal static class AccessServices
{
    /// <summary>Keys for everybody, and everything closed that does not say <c>AllowAnonymous</c>.</summary>
    public static void AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<KnownKeys>();
        services.AddScoped<NewSession>();
        services.AddSingleton(provider =>
            ActivatorUtilities.CreateInstance<RefusedKeys>(provider, configuration.GetValue("Service:MaxRefusedKeys", 60))
        );
        services.AddSingleton<EndingKeys>();
        var authentication = services
            .AddAuthentication(KeyAuthentication.Scheme)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.Scheme, null);
        if (OpenIdSettings.From(configuration) is { } provider)
            authentication.AddOpenId(provider);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }
}
