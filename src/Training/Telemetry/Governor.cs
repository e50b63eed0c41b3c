using ConcatService.Domain.Jobs;

namespace ConcatService.Training.Telemetry;

/// <summary>Decides which steps are sampled, by what samples were measured to cost.</summary>
internal sealed class Governor(TelemetryMode mode)
{
    /// <summary>
    /// Of the time of all steps: leaves room below the promised 3 % for what a stopwatch around the samples does not see.
    /// </summary>
    public const double Budget = 0.02;

    /// <summary>The interval of <see cref="TelemetryMode.Dense"/>.</summary>
    public const long DenseEvery = 8;

    /// <summary>No sample is nearer to the one before, however cheap: what is watched changes slower than that.</summary>
    private const long ShortestInterval = 16;

    /// <summary>The first one, whose cost nobody knows yet, waits until a step's time is little beside those before.</summary>
    private const long First = 10;

    private long _sampled;
    private TimeSpan _newest;

    /// <summary>On samples, in this attempt and those before.</summary>
    public TimeSpan Spent { get; private set; }

    /// <param name="step">From 1.</param>
    /// <param name="trained">The time of all steps before.</param>
    public bool IsDue(long step, TimeSpan trained) => mode switch
    {
        TelemetryMode.Off => false,
        TelemetryMode.Dense => step % DenseEvery == 0,
        _ => step >= (_sampled == 0 ? First : _sampled + ShortestInterval) && (Spent == default || Spent + _newest <= trained * Budget),
    };

    public void Sampled(long step, TimeSpan cost) => (_sampled, _newest, Spent) = (step, cost, Spent + cost);

    /// <summary>Goes on where another process left: the interval is found again.</summary>
    public void Resume(TimeSpan spent) => Spent = spent;
}
