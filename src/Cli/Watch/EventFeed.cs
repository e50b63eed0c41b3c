using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace ConcatService.Cli.Watch;

/// <summary>
/// The events of a job, each once and in order, however often the connection breaks: the stream is opened again behind the last event seen.
/// </summary>
internal static class EventFeed
{
    private static readonly TimeSpan BeforeReconnecting = TimeSpan.FromSeconds(1);

    /// <summary>Returns when the job has ended and everything was told; <paramref name="events"/> is then complete.</summary>
    public static async Task RunAsync(ServiceClient service, string id, ChannelWriter<JsonNode> events, CancellationToken cancel)
    {
        try
        {
            for (string? seen = null; ; await Task.Delay(BeforeReconnecting, cancel))
            {
                try
                {
                    await using var stream = await service.OpenEventsAsync($"/v1/jobs/{id}/events", seen, cancel);
                    var parser = SseParser.Create(stream);
                    await foreach (var happened in parser.EnumerateAsync(cancel))
                    {
                        if (happened.EventType == "done")
                            return;
                        seen = parser.LastEventId;
                        events.TryWrite(JsonNode.Parse(happened.Data)!);
                    }
                }
                catch (Exception lost) when (lost is IOException or HttpRequestException or CliException { IsPassing: true })
                {
                    // Whoever watches sees from the job's own state that nobody answers.
                }
            }
        }
        finally
        {
            events.TryComplete();
        }
    }
}
