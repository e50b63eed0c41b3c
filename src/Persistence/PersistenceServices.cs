using Hangfire;
using Hangfire.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace ConcatService.Persistence;

/// <summary>Everything of this project that a process needs, once.</summary>
public static class PersistenceServices
{
    /// <summary>
    /// Call before <c>AddHangfire(_ => { })</c>, which then uses the storage and filters of this registration. <see cref="Maintenance"/> is not
    /// hosted by itself: <c>AddHostedService&lt;Maintenance&gt;()</c>.
    /// </summary>
    public static IServiceCollection AddPersistence(this IServiceCollection services, string connectionString)
    {
        services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
        services.AddDbContext<ConcatDb>((provider, options) => ConcatDb.Configure(options, provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton(_ => QueueStorage.Create(connectionString));
        services.AddSingleton<IJobFilterProvider>(QueueStorage.Filters);
        // Without this AddHangfire makes its own, which points the process's one static logger at this host's: the first host to end would take it from all others.
        services.AddSingleton<IGlobalConfiguration>(_ => GlobalConfiguration.Configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<JobQueue>();
        services.AddSingleton<JobTransitions>();
        services.AddSingleton<JobLeases>();
        services.AddSingleton<Doorbells>();
        services.AddSingleton<WorkerRegistry>();
        services.AddSingleton<EventWriter>();
        services.AddSingleton<MetricWriter>();
        services.AddSingleton<BlobStore>();
        services.AddSingleton<ModelRegistry>();
        services.AddScoped<JobControl>();
        return services;
    }
}
