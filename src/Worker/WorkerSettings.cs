using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace ConcatService.Worker;

/// <summary>What only somebody who runs workers by need has to say.</summary>
/// <param name="UntilIdle">The worker ends when it has had nothing to do for so long; null: it stays.</param>
/// <param name="HeartbeatFile">Written every few seconds while the worker listens; null: none.</param>
internal sealed record WorkerSettings(TimeSpan? UntilIdle, string? HeartbeatFile)
{
    /// <summary>A short form for <c>--Worker:UntilIdleSeconds=30</c>.</summary>
    public const string UntilIdleOption = "--until-idle";

    private const int Seconds = 30;

    /// <summary>The arguments as the configuration reads them.</summary>
    public static string[] Written(string[] args) =>
        [.. args.Select(arg => arg == UntilIdleOption ? $"--Worker:UntilIdleSeconds={Seconds}" : arg)];

    /// <exception cref="FormatException">A value is none; the message says which.</exception>
    public static WorkerSettings Read(IConfiguration configuration)
    {
        TimeSpan? untilIdle = null;
        if (configuration["Worker:UntilIdleSeconds"] is { Length: > 0 } text)
            untilIdle = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 86400
                ? TimeSpan.FromSeconds(seconds)
                : throw new FormatException($"Worker:UntilIdleSeconds is a whole number of seconds from 1 to 86400, not '{text}'.");
        return new(untilIdle, configuration["Worker:HeartbeatFile"] is { Length: > 0 } file ? file : null);
    }
}
