using System.Net.Mime;
using ConcatService.Api.Errors;
using ConcatService.Api.Metering;

namespace ConcatService.Api.Database;

/// <summary>Answers for calls that wait for a database which does not answer, and spares it and them new ones.</summary>
internal static class DatabaseGuard
{
    /// <summary>Endpoint metadata: the call needs no database, or knows how to do without.</summary>
    private sealed record WithoutDatabase;

    public static TBuilder NeedsNoDatabase<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new WithoutDatabase());

    /// <summary>Behind authorization: keys are known for a while without the database.</summary>
    public static void UseDatabaseGuard(this WebApplication app)
    {
        var watch = app.Services.GetRequiredService<DatabaseWatch>();
        app.Use((http, next) =>
            http.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<WithoutDatabase>() is null
                ? RunAsync(http, next, watch.Away)
                : next(http)
        );
    }

    private static async Task RunAsync(HttpContext http, RequestDelegate next, CancellationToken away)
    {
        if (away.IsCancellationRequested)
            throw new ProblemException(Problems.DatabaseAway());
        var work = next(http);
        if (!work.IsCompleted && await IsAwayFirstAsync(work, away))
            await LeaveAsync(http, work);
        else
            await work;
    }

    private static async Task<bool> IsAwayFirstAsync(Task work, CancellationToken away)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = away.UnsafeRegister(static gone => ((TaskCompletionSource)gone!).TrySetResult(), gone);
        return await Task.WhenAny(work, gone.Task) != work;
    }

    /// <summary>
    /// The caller has its answer now. The request lives on until its handler comes back, which holds what belongs to it, so that the
    /// connection takes no other.
    /// </summary>
    private static async Task LeaveAsync(HttpContext http, Task work)
    {
        if (http.Response.HasStarted)
        {
            // A stream of events outlasts it; what else is half written never ends.
            if (http.Response.ContentType?.StartsWith(MediaTypeNames.Text.EventStream, StringComparison.Ordinal) != true)
                http.Abort();
        }
        else
        {
            http.Response.Headers.Connection = "close";
            http.Response.Headers.RetryAfter = Problems.RetryAfterSeconds.ToString();
            await Problems.DatabaseAway().ExecuteAsync(http);
            await http.Response.CompleteAsync();
        }

        RequestMetrics.End(http);

        try
        {
            await work;
        }
        catch (Exception) when (http.Response.HasStarted)
        {
            // It has been answered.
        }
    }
}
