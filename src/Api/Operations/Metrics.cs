using ConcatService.Api.Inference;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Metering;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Operations;

/// <summary>
/// GET /metrics: what an operator alarms on, in Prometheus' text format. What this process counts is there without the database, too.
/// </summary>
internal static class Metrics
{
    public static void AddInstanceMetrics(this IServiceCollection services)
    {
        services.AddSingleton<RequestMetrics>();
        services.AddSingleton<DatabasePools>();
        services.AddSingleton<ProcessMetrics>();
        services.AddSingleton<InstanceMetrics>();
    }

    public static async Task<ContentHttpResult> Handle(
        InstanceMetrics instance,
        RequestMetrics requests,
        DatabasePools pools,
        ProcessMetrics process,
        ServedVersions versions,
        ModelCache cache,
        CancellationToken cancel
    )
    {
        var text = new PrometheusText();
        await instance.WriteAsync(text, cancel);
        requests.Write(text);
        pools.Write(text);
        process.Write(text);
        InferenceMetrics.Write(text, versions, cache);
        return TypedResults.Content(text.ToString(), PrometheusText.ContentType);
    }
}
