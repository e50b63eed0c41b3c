using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace ConcatService.Api.Jobs;

/// <summary>
/// The events of a job as they happen (https://html.spec.whatwg.org/multipage/server-sent-events.html): those after
/// <paramref name="seen"/>, oldest first, then new ones, then <c>event: done</c> when the job has ended. A comment every 15 seconds keeps
/// proxies from closing the connection, and one says why where the stream ends before the job.
/// </summary>
/// <param name="subscription">Of the events after <paramref name="seen"/>. The stream disposes it.</param>
internal sealed class EventStream(EventSubscription subscription, long seen, JsonAnswers answers) : IResult
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

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
        finally
        {
            subscription.Dispose();
        }
    }

    private async IAsyncEnumerable<SseItem<string>> ItemsAsync(HttpContext http, [EnumeratorCancellation] CancellationToken cancel)
    {
        await CommentAsync(http.Response, $"the events of job {subscription.Job}", cancel); // the listener knows at once that it is heard
        while (await IsThereMoreAsync(http, cancel))
        {
            while (subscription.News.TryRead(out var news))
            {
                foreach (var happened in news.Events.Where(each => each.Sequence > seen))
                {
                    seen = happened.Sequence;
                    yield return new(answers.Write(EventResource.Of(happened)), happened.Type) { EventId = $"{seen}" };
                }

                if (!news.Ended)
                    continue;
                yield return new("{}", "done");
                yield break;
            }
        }

        await CommentAsync(http.Response, subscription.Ending ?? "", cancel);
    }

    /// <summary>Waits for news, with a comment now and then. False when the stream must end.</summary>
    private async Task<bool> IsThereMoreAsync(HttpContext http, CancellationToken cancel)
    {
        var time = http.RequestServices.GetRequiredService<TimeProvider>();
        var more = subscription.News.WaitToReadAsync(cancel).AsTask();
        while (true)
        {
            try
            {
                return await more.WaitAsync(KeepAlive, time, cancel);
            }
            catch (TimeoutException)
            {
                await CommentAsync(http.Response, "", cancel);
            }
        }
    }

    /// <summary>The framework writes whole items, so between two of them a comment may be written.</summary>
    private static async Task CommentAsync(HttpResponse response, string text, CancellationToken cancel)
    {
        await response.WriteAsync($": {text}\n\n", cancel);
        await response.Body.FlushAsync(cancel);
    }
}
