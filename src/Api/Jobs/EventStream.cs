using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// The events of a job as they happen (https://html.spec.whatwg.org/multipage/server-sent-events.html): those after <paramref
/// name="seen"/>, oldest
/// first, then new ones, then <c>event: done</c> when the job has ended. A comment every 15 seconds keeps proxies from hanging up.
/// </summary>
internal sealed class EventStream(Guid job, long seen, JsonAnswers answers) : IResult
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, cancel) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        var time = httpContext.RequestServices.GetRequiredService<TimeProvider>();
        var scopes = httpContext.RequestServices.GetRequiredService<IServiceScopeFactory>();
        using var timer = new PeriodicTimer(Look, time);
        var said = time.GetTimestamp();
        try
        {
            await response.WriteAsync(": the events of job " + job + "\n\n", cancel);
            do
            {
                var (events, ended) = await NewAsync(scopes, cancel);
                foreach (var happened in events)
                {
                    seen = happened.Sequence;
                    await response.WriteAsync(
                        $"id: {seen}\nevent: {happened.Type}\ndata: {answers.Write(EventResource.Of(happened))}\n\n",
                        cancel
                    );
                }

                if (ended)
                {
                    await response.WriteAsync("event: done\ndata: {}\n\n", cancel);
                    return;
                }

                if (events.Count == 0 && time.GetElapsedTime(said) < KeepAlive)
                    continue;
                if (events.Count == 0)
                    await response.WriteAsync(": \n\n", cancel);
                said = time.GetTimestamp();
                await response.Body.FlushAsync(cancel);
            }
            while (await timer.WaitForNextTickAsync(cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The listener left, which is how most streams end.
        }
    }

    /// <summary>The state is read first: events of a job that has ended are all there.</summary>
    private async Task<(List<JobEvent> Events, bool Ended)> NewAsync(IServiceScopeFactory scopes, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
        var found = await db.Jobs.Where(row => row.Id == job).Select(row => new { row.State, row.LastEvent }).SingleOrDefaultAsync(cancel);
        if (found is null)
            return ([], true); // deleted meanwhile
        var events =
            found.LastEvent > seen
                ? await db
                    .JobEvents.AsNoTracking()
                    .Where(row => row.JobId == job && row.Sequence > seen)
                    .OrderBy(row => row.Sequence)
                    .ToListAsync(cancel)
                : [];
        return (events, found.State.IsTerminal());
    }
}
