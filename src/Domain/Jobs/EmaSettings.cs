using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Jobs;

/// <summary>Exponential moving average of weights and buffers (Polyak and Juditsky 1992).</summary>
public sealed record EmaSettings
{
    /// <summary>
    /// Decay of the average at each step. During the first steps it is (1 + steps) / (10 + steps) where that is less, so that the initial
    /// weights are soon forgotten. Default: 0.999.
    /// </summary>
    [Between(0, 0.999999)]
    public double Decay { get; init; } = 0.999;

    /// <param name="step">From 1.</param>
    public double DecayAt(long step) => Math.Min(Decay, (1.0 + step) / (10 + step));       // tf.train.ExponentialMovingAverage, num_updates
}
