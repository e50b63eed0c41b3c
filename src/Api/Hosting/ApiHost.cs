using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ConcatService.Api.Access;
using ConcatService.Api.Architectures;
using ConcatService.Api.Assets;
using ConcatService.Api.Audit;
using ConcatService.Api.Catalog;
using ConcatService.Api.Database;
using ConcatService.Api.DataSets;
using ConcatService.Api.DataSets.Reading;
using ConcatService.Api.Docs;
using ConcatService.Api.Errors;
using ConcatService.Api.Headers;
using ConcatService.Api.Health;
using ConcatService.Api.Inference;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Inference.Grpc;
using ConcatService.Api.Jobs;
using ConcatService.Api.Keys;
using ConcatService.Api.Memory;
using ConcatService.Api.Metering;
using ConcatService.Api.Models;
using ConcatService.Api.Operations;
using ConcatService.Api.Pages;
using ConcatService.Api.Quotas;
using ConcatService.Api.Requests;
using ConcatService.Api.Retention;
using ConcatService.Api.Storage;
using ConcatService.Api.Studies;
using ConcatService.Api.Teams;
using ConcatService.Api.Weights;
using ConcatService.Domain.Compiling;
using ConcatService.Persistence;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Logs;
using ConcatService.Persistence.Retention;
using ConcatService.Persistence.Telemetry;
using Hangfire;
using Hangfire.Dashboard;
using OpenTelemetry.Trace;

namespace ConcatService.Api.Hosting;

/// <summary>The web server: what it is made of, and in which order a request passes through.</summary>
internal static class ApiHost
{
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        var roles = Roles.From(builder.Configuration);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The limit is JsonBody's. Kestrel reads on past it for a while: a client that is cut off while it still sends never sees the
            // 413.
            kestrel.Limits.MaxRequestBodySize = 10 * Compiler.MaxBytes;
        });
        if (roles.Inference)
            GrpcPort.Open(builder);
        ConsoleLog.Configure(builder);
        Tracing.Configure(
            builder,
            "concat-api",
            traces => traces.AddAspNetCoreInstrumentation(options => options.Filter = http => !OperationRoutes.IsPolled(http.Request.Path))
        );
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);
        // what fails reaches ExceptionProblems, or was expected
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Critical);
        builder.Logging.AddFilter(typeof(KeyAuthentication).FullName, LogLevel.Warning); // RefusedKeys tells it with address and path
        AddServices(builder.Services, builder.Configuration);
        if (roles.Api)
            builder.Services.AddHostedService<Maintenance>(); // with every worker gone, someone must still see that their leases expire

        var app = builder.Build();
        KnownProxies.UseIn(app);
        RequestMetrics.UseIn(app);
        app.UseSecurityHeaders();
        RequestScope.UseIn(app);
        app.UsePackedFiles();
        app.UseExceptionHandler();
        app.UseStatusCodePages(pages => SayStatusAsync(pages.HttpContext));
        app.UseDocs();
        app.UseRouting();
        RequestMetrics.NameRouteIn(app);
        app.UseSameOrigin();
        app.UseAuthentication();
        RequestScope.NameTeamIn(app);
        RequestRate.UseIn(app);
        app.UseAuthorization();
        app.UseParameterCheck();
        app.UseDatabaseGuard();
        GrpcMemory.UseIn(app);
        Map(app, roles);
        await app.RunAsync();
        return 0;
    }

    private static Task SayStatusAsync(HttpContext http) =>
        http.Response.StatusCode == 404 && PageFiles.IsForPeople(http.Request)
            ? PageFiles.ShowMissingAsync(http)
            : Problems.OfStatus(http).ExecuteAsync(http);

    public static string ConnectionString(IConfiguration configuration) =>
        configuration.GetConnectionString("Postgres")
        ?? throw new InvalidOperationException(
            "ConnectionStrings:Postgres is not set. In the environment it is written ConnectionStrings__Postgres."
        );

    private static void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(RetentionSettings.Read(configuration));
        services.AddPersistence(ConnectionString(configuration));
        // the dashboard asks for these two; AddHangfire would set statics
        services.AddSingleton<IGlobalConfiguration>(_ => GlobalConfiguration.Configuration);
        services.AddSingleton(_ => DashboardRoutes.Routes);
        AddDatabaseWatch(services, configuration);
        AddEventFeed(services, configuration.GetValue("Service:MaxEventStreams", 2000));
        services.AddAccess(configuration);
        services.AddQuotas(configuration);
        services.AddDocs();
        services.AddPackedFiles();
        services.AddMemory(configuration);
        services.AddInstanceMetrics();
        services.AddSingleton<Readiness>();
        services.AddSingleton<JsonAnswers>();
        services.AddInference();
        services.AddSingleton(UploadLimits.From(configuration));
        services.AddSingleton(WeightLimits.From(configuration));
        services.AddScoped<StartingWeights>();
        services.AddScoped<StudyReading>();
        services.AddSingleton(provider =>
            ActivatorUtilities.CreateInstance<StorageWatch>(provider, provider.GetRequiredService<UploadLimits>().Folder)
        );
        services.AddExceptionHandler<ExceptionProblems>();
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = written =>
        {
            written.ProblemDetails.Extensions["trace_id"] = ExceptionProblems.TraceId(written.HttpContext);
            // Clients of the Open Inference Protocol read the top-level 'error' of any answer that is not a 200.
            if (written.HttpContext.Request.Path.StartsWithSegments("/v2"))
                written.ProblemDetails.Extensions["error"] = written.ProblemDetails.Detail;
        });
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            options.SerializerOptions.MaxDepth = JsonBody.MaxDepth + 10;
            options.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
            options.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        });
    }

    private static void AddDatabaseWatch(IServiceCollection services, IConfiguration configuration)
    {
        var grace = TimeSpan.FromSeconds(configuration.GetValue("Service:DatabaseGraceSeconds", 900.0));
        services.AddSingleton(provider =>
            ActivatorUtilities.CreateInstance<DatabaseWatch>(provider, ConnectionString(configuration), grace)
        );
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseWatch>());
    }

    private static void AddEventFeed(IServiceCollection services, int maxStreams)
    {
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<EventFeed>(provider, maxStreams));
        services.AddHostedService(provider => provider.GetRequiredService<EventFeed>());
    }

    private static void Map(WebApplication app, Roles roles)
    {
        app.MapOperations();
        app.MapLogin(home: roles.Api ? PageRoutes.Home : "/swagger");
        app.MapOpenId();
        if (roles.Api)
        {
            app.MapPages();
            app.MapKeys();
            app.MapAudit();
            app.MapTeams();
            app.MapQuotas();
            app.MapRetention();
            app.MapArchitectures();
            app.MapCatalog();
            app.MapDataSets();
            app.MapWeights();
            app.MapJobs();
            app.MapStudies();
            app.MapModels();
            app.MapDashboard();
        }

        if (roles.Inference)
        {
            OnnxRuntime.TellWhereItRuns(app.Logger);
            app.MapInference();
        }
    }
}
