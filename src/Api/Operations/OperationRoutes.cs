using ConcatService.Api.Access;
using ConcatService.Api.Database;
using ConcatService.Api.Docs;
using ConcatService.Api.Errors;
using ConcatService.Api.Headers;
using ConcatService.Api.Health;
using ConcatService.Api.Requests;
using ConcatService.Api.Storage;
using Hangfire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Operations;

/// <summary>/health, /metrics, /hangfire: for whoever operates the service.</summary>
internal static class OperationRoutes
{
    /// <summary><c>live</c>.</summary>
    public sealed record Health(string Status);

    /// <summary>
    /// <c>ready</c>, and what the process has to do without for now: it answers the other calls, so that it stays among those that get
    /// them.
    /// </summary>
    public sealed record ReadyHealth(string Status, IReadOnlyList<Lack> Lacks);

    /// <param name="Code">Stable: that of the problem which calls get that need it.</param>
    /// <param name="Detail">For people.</param>
    public sealed record Lack(string Code, string Detail);

    /// <summary>Whether it is asked every few seconds by a machine, so that nobody wants to see each time.</summary>
    public static bool IsPolled(PathString path) => path.StartsWithSegments("/health") || path.StartsWithSegments("/metrics");

    public static void MapOperations(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").WithTags("Operations").AllowAnonymous().NeedsNoDatabase();
        health.MapGet("live", () => TypedResults.Ok(new Health("live"))).WithName("live").WithSummary("Liveness: the process answers");
        health
            .MapGet("ready", ReadyAsync)
            .WithName("ready")
            .WithSummary("Readiness: the database is reachable and migrated")
            .ProducesProblem(503);
        app.MapGet("/metrics", Metrics.Handle)
            .RequireScope(Scopes.Metrics)
            .NeedsNoDatabase()
            .WithTags("Operations")
            .WithName("metrics")
            .WithSummary("Metrics in the Prometheus text format")
            .Writes("text/plain");
    }

    /// <summary>
    /// The queue's own dashboard: to look at, not to touch. What happens to a job is decided by its row, not by its doorbell.
    /// </summary>
    public static void MapDashboard(this IEndpointRouteBuilder app)
    {
        var options = new DashboardOptions
        {
            Authorization = [], // the route's policy decides, not the dashboard's own rule (local requests only)
            IsReadOnlyFunc = _ => true,
            DisplayStorageConnectionString = false,
            IgnoreAntiforgeryToken = true,                      // nothing can be posted
            DashboardTitle = "ConcatService: doorbells",
            AppPath = "/swagger",
        };
        app.MapHangfireDashboard("/hangfire", options, app.ServiceProvider.GetRequiredService<JobStorage>())
            .RequireScope(Scopes.Operator)
            .WithMetadata(ContentPolicy.Library)
            .Add(dashboard => dashboard.RequestDelegate = Guarded(dashboard.RequestDelegate!));
    }

    /// <summary>The dashboard reads forms where there are none, and takes numbers from the address as they come.</summary>
    private static RequestDelegate Guarded(RequestDelegate dashboard) => async http =>
    {
        await Forms.ReadAsync(http.Request, http.RequestAborted);
        try
        {
            await dashboard(http);
        }
        catch (Exception refused) when (refused is FormatException or OverflowException)
        {
            await Problems.Of(400, "request.malformed", "The address holds a number that the dashboard cannot use.").ExecuteAsync(http);
        }
    };

    private static async Task<Results<Ok<ReadyHealth>, ProblemHttpResult>> ReadyAsync(
        Readiness readiness,
        StorageWatch storage,
        CancellationToken cancel
    ) =>
        await readiness.ReasonAgainstAsync(cancel) is { } reason
            ? Problems.Of(503, "database.not_migrated", reason)
            : TypedResults.Ok(new ReadyHealth("ready", [.. storage.Shortages().Select(lack => new Lack(StorageWatch.Code, lack))]));
}
