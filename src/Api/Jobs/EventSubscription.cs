using System.Threading.Channels;
using ConcatService.Api.Access;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Jobs;

/// <summary>One stream's place in the <see cref="EventFeed"/>.</summary>
internal sealed class EventSubscription(EventFeed feed, Guid job, Caller caller) : IDisposable
{
    /// <summary>Rounds with news that a slow listener may leave unread. Then its stream ends; it comes back with Last-Event-ID.</summary>
    private const int MostUnread = 1000;

    private readonly Channel<(IReadOnlyList<JobEvent> Events, bool Ended)> _news =
        Channel.CreateBounded<(IReadOnlyList<JobEvent>, bool)>(MostUnread);

    public Guid Job => job;

    public Guid Key => caller.KeyId;

    public int Team => caller.TeamId;

    /// <summary>
    /// Events, some of them for the second time, and whether the job has ended with them. Completed when the stream must end.
    /// </summary>
    public ChannelReader<(IReadOnlyList<JobEvent> Events, bool Ended)> News => _news.Reader;

    /// <summary>Why the stream must end, for people; null while it need not.</summary>
    public string? Ending { get; private set; }

    public void Tell(IReadOnlyList<JobEvent> events, bool ended)
    {
        if (!_news.Writer.TryWrite((events, ended)))
            End("the listener is too slow; come back with Last-Event-ID");
    }

    public void End(string reason)
    {
        Ending ??= reason;
        _news.Writer.TryComplete();
    }

    public void Dispose() => feed.Leave(this);
}
