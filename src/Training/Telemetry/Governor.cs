using ConcatService.Domain.Jobs;
using ConcatService.Domain.Telemetry;

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

    /// <summary>
    /// A training of fewer steps takes as many samples as a verdict needs, whatever they cost: silence would look like health.
    /// </summary>
    public const long Short = 500;

    private long _sampled;
    private int _samples;
    private TimeSpan _newest;

    /// <summary>On samples, in this attempt and those before.</summary>
    public TimeSpan Spent { get; private set; }

    /// <param name="step">From 1.</param>
    /// <param name="steps">Of the whole training.</param>
    /// <param name="trained">The time of all steps before.</param>
    public bool IsDue(long step, long steps, TimeSpan trained) => mode switch
    {
        TelemetryMode.Off => false,
        TelemetryMode.Dense => step % DenseEvery == 0,
        _ => IsOwed(step, steps)
            || (step >= (_sampled == 0 ? First : _sampled + ShortestInterval) && (Spent == default || Spent + _newest <= trained * Budget)),
    };

    /// <summary>
    /// Whether fewer samples were taken than this part of a short training should have: one in each quarter but the first. Samples of
    /// attempts before are not counted.
    /// </summary>
    private bool IsOwed(long step, long steps) =>
        steps < Short && _samples < Verdicts.Window && step >= Math.Max(1, steps * (_samples + 1) / (Verdicts.Window + 1));

    public void Sampled(long step, TimeSpan cost) => (_sampled, _newest, _samples, Spent) = (step, cost, _samples + 1, Spent + cost);

    /// <summary>Goes on where another process left: the interval is found again.</summary>
    public void Resume(TimeSpan spent) => Spent = spent;
}
