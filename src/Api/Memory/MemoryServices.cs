using Microsoft.AspNetCore.Http.Features;

namespace ConcatService.Api.Memory;

internal static class MemoryServices
{
    private const int MaxFieldBytes = 64 * 1024, MaxFields = 64;

    /// <summary>Bounds of what all requests together take. Fields of forms, which the framework reads, are short and few.</summary>
    public static void AddMemory(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(MemoryBudget.From(configuration));
        services.AddSingleton<CompilerTurns>();
        services.Configure<FormOptions>(forms => (forms.ValueLengthLimit, forms.ValueCountLimit) = (MaxFieldBytes, MaxFields));
    }
}
