using static ConcatService.Domain.Jobs.JobState;

namespace ConcatService.Domain.Jobs;

/// <summary>
/// The life of a job: its states, which of them may follow which, and how long each side waits for the other. Everything that moves a job
/// asks here; SQL statements get all of it as parameters.
/// </summary>
public static class JobLife
{
    private static readonly Dictionary<JobState, JobState[]> Next = new()
    {
        [Queued] = [Starting, Paused, Cancelled],
        [Starting] = [Starting, Running, Queued, Pausing, Cancelling, Failed], // to itself: claimed again after its lease had expired
        [Running] = [Finalizing, Starting, Queued, Pausing, Cancelling, Failed],
        [Finalizing] = [Succeeded, Starting, Queued, Cancelling, Failed],
        [Cancelling] = [Cancelled],
        [Pausing] = [Paused, Cancelling],
        [Paused] = [Queued, Cancelled],
        [Succeeded] = [],
        [Failed] = [],
        [Cancelled] = [],
    };

    /// <summary>How long a claim or a renewal holds, by the database's clock: 60 s.</summary>
    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(60);

    /// <summary>A worker that has not reported for longer is taken for dead: 30 s. A living one reports every 2 s.</summary>
    public static TimeSpan WorkerTimeout { get; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a worker may be silent, on the list and about its lease, before its job is taken from it while the database answers: 10 s.
    /// The lease is longer, so that a training outlives a database that is away.
    /// </summary>
    public static TimeSpan WorkerSilence { get; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a worker stays on the list after its last report, for whoever looks for it: 10 min.</summary>
    public static TimeSpan WorkerRetention { get; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long a queued job may be without an entry in the queue before one is added: 2 s, longer than adding one takes.
    /// </summary>
    public static TimeSpan EnqueueTimeout { get; } = TimeSpan.FromSeconds(2);

    /// <summary>How much longer a job must have waited to go before one of the next higher priority: 1 day.</summary>
    public static TimeSpan PriorityStep { get; } = TimeSpan.FromDays(1);

    /// <summary>Attempts without a new checkpoint after which a lost job is failed instead of queued again.</summary>
    public const int PoisonAttempts = 3;

    /// <summary>The states in which a worker holds a lease on the job.</summary>
    public static IReadOnlyList<JobState> Held { get; } = [.. Next.Keys.Where(IsHeld)];

    /// <summary>The states that nothing follows.</summary>
    public static IReadOnlyList<JobState> Terminal { get; } = [.. Next.Keys.Where(IsTerminal)];

    /// <summary>All states that may come before <paramref name="to"/>.</summary>
    public static IReadOnlyList<JobState> Before(JobState to) => [.. Next.Where(pair => pair.Value.Contains(to)).Select(pair => pair.Key)];

    /// <summary>Whether a job in state <paramref name="from"/> may go to <paramref name="to"/>.</summary>
    public static bool Allows(JobState from, JobState to) => Next[from].Contains(to);

    /// <summary>
    /// Where a held job goes when its lease ends before the job does: to what it was asked for, otherwise back to the queue, or to
    /// <see cref="Failed"/> when it has lost <see cref="PoisonAttempts"/> attempts.
    /// </summary>
    public static JobState AfterLostLease(JobState held, bool isPoisoned) =>
        held switch
        {
            Cancelling => Cancelled,
            Pausing => Paused,
            _ => isPoisoned ? Failed : Queued,
        };

    /// <summary>Whether the state is final: <see cref="Succeeded"/>, <see cref="Failed"/>, <see cref="Cancelled"/>.</summary>
    public static bool IsTerminal(this JobState state) => Next[state].Length == 0;

    /// <summary>Whether a worker holds a lease on a job in this state.</summary>
    public static bool IsHeld(this JobState state) => state is Starting or Running or Finalizing or Cancelling or Pausing;

    /// <summary>The state's name in JSON and SQL, for example <c>queued</c>.</summary>
    public static string Name(this JobState state) => state.ToString().ToLowerInvariant();
}
