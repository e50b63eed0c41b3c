using ConcatService.Domain.Jobs;

namespace ConcatService.Worker.Protocol;

/// <summary>The rhythm of a supervisor and its trainer.</summary>
internal static class Pulse
{
    /// <summary>How often each says that it is there.</summary>
    public static TimeSpan Beat { get; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long either believes in the other, and in the lease, without a sign: 20 s less than the lease, so that nobody works on past it.
    /// </summary>
    public static TimeSpan Trust { get; } = JobLife.Lease - TimeSpan.FromSeconds(20);

    /// <summary>
    /// How often the supervisor looks how much memory the trainer holds: one that takes too much does so within a second.
    /// </summary>
    public static TimeSpan Glance { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the supervisor looks whether the job was asked to stop.</summary>
    public static TimeSpan Look { get; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the supervisor renews the lease.</summary>
    public static TimeSpan Renewal { get; } = TimeSpan.FromSeconds(10);
}
