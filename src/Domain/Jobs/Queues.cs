namespace ConcatService.Domain.Jobs;

/// <summary>
/// Names of the doorbell queues. The queue server serves queues by <em>name</em>, hence the letters: what was interrupted goes first, then
/// by priority. A job that must run on one kind of device goes to that device's queue (<c>c-normal-cuda</c>); one that may run anywhere to
/// the plain one (<c>c-normal</c>), which every worker listens to.
/// </summary>
public static class Queues
{
    private const string Resume = "a-resume";
    private static readonly string[] Bases = [Resume, "b-high", "c-normal", "d-low"];

    /// <summary>The queue for new jobs.</summary>
    /// <param name="priority"><c>high</c>, <c>normal</c> or <c>low</c>.</param>
    /// <param name="device"><c>auto</c> for any worker, otherwise <c>cpu</c> or <c>cuda</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The priority has no queue.</exception>
    public static string For(string priority, string device = "auto")
    {
        var queue = priority switch
        {
            "high" => "b-high",
            "normal" => "c-normal",
            "low" => "d-low",
            _ => throw new ArgumentOutOfRangeException(nameof(priority), priority, "The priority is high, normal or low."),
        };
        return device == "auto" ? queue : $"{queue}-{device}";
    }

    /// <summary>
    /// The queue that a job from <paramref name="queue"/> comes back in when an attempt was lost: served first, on the same kind of device.
    /// </summary>
    public static string ResumeOf(string queue) => Resume + queue[Bases.First(queue.StartsWith).Length..];

    /// <summary>Where a job from <paramref name="queue"/> waits that has had <paramref name="attempts"/> attempts.</summary>
    public static string Waiting(string queue, int attempts) => attempts == 0 ? queue : ResumeOf(queue);

    /// <summary>
    /// All queues that a worker with this device (<c>cpu</c> or <c>cuda</c>) listens to, in the order in which they are served.
    /// </summary>
    public static IReadOnlyList<string> ListenedBy(string device) => [.. Bases.SelectMany(name => new[] { name, $"{name}-{device}" })];
}
