using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using ConcatService.Persistence.Models;
using ConcatService.Persistence.Queue;
using ConcatService.Persistence.Retention;
using ConcatService.Persistence.Storage;
using ConcatService.Persistence.Studies;
using Hangfire.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace ConcatService.Persistence;

/// <summary>Everything of this project that a process needs, once.</summary>
public static class PersistenceServices
{
    /// <summary>
    /// What Npgsql's metrics call the connections that <see cref="ConcatDb"/> and all beside it use; the queue has its own.
    /// </summary>
    public const string PoolName = "requests";

    /// <summary>
    /// Takes the place of <c>AddHangfire</c>, which sets the process's one storage and one logger to its host's: the first host to end
    /// would take them from all others. <see cref="Maintenance"/> is not hosted by itself: <c>AddHostedService&lt;Maintenance&gt;()</c>.
    /// </summary>
    public static IServiceCollection AddPersistence(this IServiceCollection services, string connectionString)
    {
        services.AddSingleton(_ => new NpgsqlDataSourceBuilder(connectionString) { Name = PoolName }.Build());
        services.AddDbContext<ConcatDb>(
            (provider, options) => ConcatDb.Configure(options, provider.GetRequiredService<NpgsqlDataSource>())
        );
        services.AddSingleton(_ => QueueStorage.Create(connectionString));
        services.AddSingleton<IJobFilterProvider>(QueueStorage.Filters);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<JobQueue>();
        services.AddSingleton<JobTransitions>();
        services.AddSingleton<JobLeases>();
        services.AddSingleton<Doorbells>();
        services.AddSingleton<WorkerRegistry>();
        services.AddSingleton<JobTallies>();
        services.AddSingleton<EventWriter>();
        services.AddSingleton<MetricWriter>();
        services.AddSingleton<MetricReader>();
        services.AddSingleton<CheckpointExports>();
        services.AddSingleton<BlobStore>();
        services.AddSingleton<DataSetStore>();
        services.AddSingleton<WeightsStore>();
        services.AddSingleton<ModelRegistry>();
        services.TryAddSingleton(RetentionSettings.Default);
        services.AddSingleton<RetentionSweep>();
        services.AddSingleton<RetentionTurns>();
        services.AddSingleton<StudyStore>();
        services.AddScoped<JobControl>();
        return services;
    }
}
