using ConcatService.Api.Access;
using ConcatService.Api.Docs;

namespace ConcatService.Api.Quotas;

/// <summary>/v1/quotas: how much a team may take, and takes.</summary>
internal static class QuotaRoutes
{
    public static void AddQuotas(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(QuotaLimits.From(configuration));
        services.AddScoped<TeamQuotas>();
        services.AddMemoryCache();
    }

    public static void MapQuotas(this IEndpointRouteBuilder app)
    {
        var quotas = app.MapGroup("/v1/quotas").WithTags("Teams");
        quotas
            .MapGet("", GetQuotas.Handle)
            .RequireScope(Scopes.Admin)
            .WithName("get_quotas")
            .WithSummary("Get how much the team may take, and takes")
            .WithDescription("`team`: for an operator, another team's.")
            .ProducesProblem(403)
            .ProducesProblem(404);
        quotas
            .MapPut("", PutQuotas.Handle)
            .RequireScope(Scopes.Operator)
            .WithName("put_quotas")
            .WithSummary("Set how much a team may take")
            .WithDescription("`team`: default the caller's. What is left out stays as it is; null goes back to the instance's default.")
            .TakesJson("QuotaRequest", PutQuotas.Example)
            .ProducesProblem(404)
            .ProducesProblem(422);
    }
}
