using ConcatService.Domain.Jobs;

namespace ConcatService.Worker.Protocol;

/// <summary>The intervals of a supervisor and its trainer.</summary>
internal static class Heartbeat
{
    /// <summary>How often each tells the other that it is alive.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long either trusts the other, and the lease, without a sign of life: 20 s less than the lease, so that no one works on past it.
    /// </summary>
    public static TimeSpan Timeout { get; } = JobLife.Lease - TimeSpan.FromSeconds(20);

    /// <summary>How often the supervisor reads the trainer's memory: one that takes too much does so within a second.</summary>
    public static TimeSpan MemoryInterval { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the supervisor reads whether the job was asked to stop.</summary>
    public static TimeSpan StateInterval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the supervisor renews the lease.</summary>
    public static TimeSpan LeaseInterval { get; } = TimeSpan.FromSeconds(10);
}
