using static ConcatService.Domain.Jobs.JobState;

namespace ConcatService.Domain.Jobs;

/// <summary>The states of a job and the pairs of them that may follow each other. Everything that moves a job asks here.</summary>
public static class JobLife
{
    private static readonly Dictionary<JobState, JobState[]> Next = new()
    {
        [Queued] = [Starting, Paused, Cancelled],
        [Starting] = [Starting, Running, Queued, Pausing, Cancelling, Failed],      // to itself: claimed again after its lease had expired
        [Running] = [Finalizing, Starting, Queued, Pausing, Cancelling, Failed],
        [Finalizing] = [Succeeded, Starting, Queued, Cancelling, Failed],
        [Cancelling] = [Cancelled],
        [Pausing] = [Paused, Cancelling],
        [Paused] = [Queued, Cancelled],
        [Succeeded] = [],
        [Failed] = [],
        [Cancelled] = [],
    };

    /// <summary>How long a claim or a renewal holds, by the database's clock.</summary>
    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Attempts without a new checkpoint after which a lost job is failed instead of queued again.</summary>
    public const int PoisonAttempts = 3;

    /// <summary>All states that may come before <paramref name="to"/>.</summary>
    public static IReadOnlyList<JobState> Before(JobState to) => [.. Next.Where(pair => pair.Value.Contains(to)).Select(pair => pair.Key)];

    /// <summary>Whether a job in state <paramref name="from"/> may go to <paramref name="to"/>.</summary>
    public static bool Allows(JobState from, JobState to) => Next[from].Contains(to);

    /// <summary>Whether the state is final: <see cref="Succeeded"/>, <see cref="Failed"/>, <see cref="Cancelled"/>.</summary>
    public static bool IsTerminal(this JobState state) => Next[state].Length == 0;

    /// <summary>Whether a worker holds a lease on a job in this state.</summary>
    public static bool IsHeld(this JobState state) => state is Starting or Running or Finalizing or Cancelling or Pausing;

    /// <summary>The state's name in JSON and SQL, for example <c>queued</c>.</summary>
    public static string Name(this JobState state) => state.ToString().ToLowerInvariant();
}
