using System.Diagnostics;
using ConcatService.Domain;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ConcatService.Persistence.Telemetry;

/// <summary>
/// Traces, metrics and logs by OpenTelemetry's protocol, where the standard variables name a receiver; otherwise nothing of it is made. A
/// job's trace begins with the request that asked for it and ends with the published version.
/// </summary>
public static class Tracing
{
    private const string Name = "ConcatService";

    // What the runtime and its libraries count themselves.
    private static readonly string[] Meters =
        ["System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql"];

    private static readonly ActivitySource Source = new(Name, Release.Version);

    /// <summary>Whether a receiver is named, and OTEL_SDK_DISABLED does not say no.</summary>
    public static bool IsOn(IConfiguration configuration) =>
        configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 }
        && !string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase);

    /// <param name="process">What it is called where OTEL_SERVICE_NAME says nothing else.</param>
    /// <param name="more">What only this process has to trace.</param>
    public static void Configure(IHostApplicationBuilder builder, string process, Action<TracerProviderBuilder> more)
    {
        if (!IsOn(builder.Configuration))
            return;
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => Describe(resource, process))
            .WithTracing(traces => more(traces.AddSource(Name)))
            .WithMetrics(metrics => metrics.AddMeter(Meters))
            .WithLogging(
                _ => { },
                logs => (logs.IncludeFormattedMessage, logs.IncludeScopes) = (true, true)
            )
            .UseOtlpExporter();
    }

    /// <summary>The same for a process without a host, of traces alone. Null where it is off; disposing sends what is left.</summary>
    public static IDisposable? Open(string process)
    {
        var environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        return IsOn(environment)
            ? Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(resource => Describe(resource, process))
                .AddSource(Name)
                .AddOtlpExporter()
                .Build()
            : null;
    }

    /// <summary>A part of the trace that is under way here.</summary>
    public static Activity? Start(string name) => Source.StartActivity(name);

    /// <summary>A part of a trace that began elsewhere; null where that is not known or nobody listens.</summary>
    /// <param name="traceparent">See https://www.w3.org/TR/trace-context/.</param>
    public static Activity? Continue(string name, string? traceparent, ActivityKind kind) =>
        ActivityContext.TryParse(traceparent, traceState: null, isRemote: true, out var parent)
            ? Source.StartActivity(name, kind, parent)
            : null;

    private static void Describe(ResourceBuilder resource, string process) =>
        resource.AddService(process, serviceVersion: Release.Version).AddEnvironmentVariableDetector();
}
