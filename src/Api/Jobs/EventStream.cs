using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using ConcatService.Api.Access;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// The events of a job as they happen (https://html.spec.whatwg.org/multipage/server-sent-events.html): those after
/// <paramref name="seen"/>, oldest first, then new ones, then <c>event: done</c> when the job has ended. A comment every 15 seconds keeps
/// proxies from closing the connection.
/// </summary>
internal sealed class EventStream(Guid job, Caller caller, long seen, JsonAnswers answers) : IResult
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>How long a stream goes on at most after its key was revoked.</summary>
    private static readonly TimeSpan KeyInterval = TimeSpan.FromSeconds(3);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await TypedResults.ServerSentEvents(ItemsAsync(httpContext, httpContext.RequestAborted)).ExecuteAsync(httpContext);
        }
        catch (OperationCanceledException) when (httpContext.RequestAborted.IsCancellationRequested)
        {
            // The listener left, which is how most streams end.
        }
    }

    private async IAsyncEnumerable<SseItem<string>> ItemsAsync(HttpContext http, [EnumeratorCancellation] CancellationToken cancel)
    {
        var time = http.RequestServices.GetRequiredService<TimeProvider>();
        using var timer = new PeriodicTimer(PollInterval, time);
        await CommentAsync(http.Response, $"the events of job {job}", cancel);      // the listener knows at once that it is heard
        var written = time.GetTimestamp();
        var looked = written;
        do
        {
            if (time.GetElapsedTime(looked) >= KeyInterval)
            {
                if (!await IsInForceAsync(http.RequestServices, time, cancel))
                    yield break;
                looked = time.GetTimestamp();
            }

            var (events, ended) = await NewAsync(http.RequestServices, cancel);
            foreach (var happened in events)
            {
                seen = happened.Sequence;
                yield return new(answers.Write(EventResource.Of(happened)), happened.Type) { EventId = $"{seen}" };
            }

            if (ended)
            {
                yield return new("{}", "done");
                yield break;
            }

            if (events.Count == 0 && time.GetElapsedTime(written) < KeepAlive)
                continue;
            if (events.Count == 0)
                await CommentAsync(http.Response, "", cancel);
            written = time.GetTimestamp();
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    /// <summary>The framework writes whole items, so between two of them a comment may be written.</summary>
    private static async Task CommentAsync(HttpResponse response, string text, CancellationToken cancel)
    {
        await response.WriteAsync($": {text}\n\n", cancel);
        await response.Body.FlushAsync(cancel);
    }

    /// <summary>The state is read first: events of a job that has ended are all there.</summary>
    private async Task<(List<JobEvent> Events, bool Ended)> NewAsync(IServiceProvider services, CancellationToken cancel)
    {
        await using var scope = services.CreateAsyncScope();
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

    private async Task<bool> IsInForceAsync(IServiceProvider services, TimeProvider time, CancellationToken cancel)
    {
        await using var scope = services.CreateAsyncScope();
        var now = time.GetUtcNow();
        return await scope
            .ServiceProvider.GetRequiredService<ConcatDb>()
            .ApiKeys.AnyAsync(
                key => key.Id == caller.KeyId && key.RevokedAt == null && (key.ExpiresAt == null || key.ExpiresAt > now),
                cancel
            );
    }
}
