using System.Data.Common;
using System.Runtime.InteropServices;
using ConcatService.Api.Access;
using ConcatService.Api.Database;
using ConcatService.Api.Errors;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// Reads new events for all streams of this process: one query a round for all jobs that are listened to, and one more for each that has
/// news, however many listen. Ends streams whose key is no longer in force, and all of them when the process stops.
/// </summary>
/// <param name="maxStreams"><c>Service:MaxEventStreams</c>; default 2,000. More are a 503.</param>
internal sealed partial class EventFeed(
    int maxStreams,
    IServiceScopeFactory scopes,
    DatabaseWatch watch,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<EventFeed> log
) : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a stream goes on at most after its key was revoked.</summary>
    private static readonly TimeSpan KeyInterval = TimeSpan.FromSeconds(3);

    private const string Stopping = "this process stops; come back with Last-Event-ID";

    private readonly Dictionary<Guid, Topic> _topics = [];
    private readonly Dictionary<int, int> _streamsOf = [];
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _joined = new(0);
    private int _streams;

    /// <summary>A job that is listened to.</summary>
    private sealed class Topic
    {
        public HashSet<EventSubscription> Listeners { get; } = [];

        /// <summary>The event up to which every listener has been told.</summary>
        public long Told { get; set; } = long.MaxValue;
    }

    public int Streams => Volatile.Read(ref _streams);

    public int MaxStreams => maxStreams;

    /// <param name="seen">The event after which the caller wants to hear. Dispose what is returned.</param>
    /// <param name="most">As many streams as the caller's team may have open here.</param>
    /// <exception cref="QuotaException">The team has as many already.</exception>
    /// <exception cref="ProblemException">503: too many listen already.</exception>
    public EventSubscription Join(Guid job, Caller caller, long seen, int most)
    {
        if (Interlocked.Increment(ref _streams) > maxStreams)
        {
            Interlocked.Decrement(ref _streams);
            throw new ProblemException(
                Problems.Of(503, "service.streams", $"{maxStreams} event streams are open in this process already. Try again later.")
            );
        }

        var subscription = new EventSubscription(this, job, caller);
        lock (_lock)
        {
            ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(_streamsOf, caller.TeamId, out _);
            if (own >= most)
            {
                Interlocked.Decrement(ref _streams);
                throw new QuotaException(
                    "event_streams",
                    most,
                    $"The team has {most} event streams open here, as many as it may. Close some."
                );
            }

            own++;
            if (!_topics.TryGetValue(job, out var topic))
                _topics.Add(job, topic = new());
            topic.Listeners.Add(subscription);
            topic.Told = Math.Min(topic.Told, seen);
        }

        _joined.Release();
        if (lifetime.ApplicationStopping.IsCancellationRequested)               // the others have been ended already
            subscription.End(Stopping);
        return subscription;
    }

    public void Leave(EventSubscription subscription)
    {
        lock (_lock)
        {
            if (!_topics.TryGetValue(subscription.Job, out var topic) || !topic.Listeners.Remove(subscription))
                return;
            if (topic.Listeners.Count == 0)
                _topics.Remove(subscription.Job);
            if (--_streamsOf[subscription.Team] == 0)
                _streamsOf.Remove(subscription.Team);
        }

        Interlocked.Decrement(ref _streams);
    }

    public override void Dispose()
    {
        base.Dispose();
        _joined.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Before the server waits for its requests to end.
        await using var stopping = lifetime.ApplicationStopping.Register(() => End(Listeners(), Stopping));
        var checkedKeys = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            await _joined.WaitAsync(PollInterval, stoppingToken);
            while (_joined.Wait(0, CancellationToken.None))
            {
                // All who joined meanwhile are fed in one round.
            }

            if (watch.IsAway || Streams == 0)
                continue;
            try
            {
                await PollAsync(stoppingToken);
                if (time.GetElapsedTime(checkedKeys) < KeyInterval)
                    continue;
                await EndRevokedAsync(stoppingToken);
                checkedKeys = time.GetTimestamp();
            }
            catch (Exception gone) when (gone is InvalidOperationException or DbException)
            {
                Failed(gone.Message);
            }
        }
    }

    /// <summary>The state is read first: events of a job that has ended are all there.</summary>
    private async Task PollAsync(CancellationToken cancel)
    {
        Dictionary<Guid, long> told;
        lock (_lock)
            told = _topics.ToDictionary(topic => topic.Key, topic => topic.Value.Told);
        Guid[] jobs = [.. told.Keys];
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
        var rows = await db
            .Jobs.Where(job => jobs.Contains(job.Id))
            .Select(job => new { job.Id, job.State, job.LastEvent })
            .ToDictionaryAsync(job => job.Id, cancel);
        foreach (var (job, last) in told)
        {
            var row = rows.GetValueOrDefault(job);                              // none: deleted meanwhile
            var news =
                row?.LastEvent > last
                    ? await db
                        .JobEvents.AsNoTracking()
                        .Where(happened => happened.JobId == job && happened.Sequence > last)
                        .OrderBy(happened => happened.Sequence)
                        .ToListAsync(cancel)
                    : [];
            if (row is null || row.State.IsTerminal() || news.Count > 0)
                Tell(job, last, news, ended: row?.State.IsTerminal() ?? true);
        }
    }

    /// <summary>Who joined while the events were read, from an earlier one on, is told in the next round.</summary>
    private void Tell(Guid job, long last, List<JobEvent> news, bool ended)
    {
        lock (_lock)
        {
            if (!_topics.TryGetValue(job, out var topic) || topic.Told < last)
                return;
            if (news.Count > 0)
                topic.Told = news[^1].Sequence;
            foreach (var listener in topic.Listeners)
                listener.Tell(news, ended);
        }
    }

    private async Task EndRevokedAsync(CancellationToken cancel)
    {
        var listeners = Listeners();
        Guid[] keys = [.. listeners.Select(listener => listener.Key).Distinct()];
        await using var scope = scopes.CreateAsyncScope();
        var now = time.GetUtcNow();
        var inForce = await scope
            .ServiceProvider.GetRequiredService<ConcatDb>()
            .ApiKeys.Where(key => keys.Contains(key.Id) && key.RevokedAt == null && (key.ExpiresAt == null || key.ExpiresAt > now))
            .Select(key => key.Id)
            .ToHashSetAsync(cancel);
        End(listeners.Where(listener => !inForce.Contains(listener.Key)), "the key is no longer in force");
    }

    private List<EventSubscription> Listeners()
    {
        lock (_lock)
            return [.. _topics.Values.SelectMany(topic => topic.Listeners)];
    }

    private static void End(IEnumerable<EventSubscription> listeners, string reason)
    {
        foreach (var listener in listeners)
            listener.End(reason);
    }

    [LoggerMessage(2014, LogLevel.Warning, "Event streams could not be fed and are tried again: {Reason}")]
    private partial void Failed(string reason);
}
