namespace ConcatService.Domain.Operators;

/// <summary>How an activation treats the numbers and the gradient that pass through it.</summary>
/// <param name="Gain">
/// What the standard deviation of the weights before it is multiplied with so that variance is kept: √2 for rectifiers (He et al. 2015), 1
/// for what is linear near 0 (Glorot and Bengio 2010) and for self-normalizing activations (Klambauer et al. 2017). Null where
/// initialization looks through it.
/// </param>
/// <param name="LargestSlope">Its largest derivative. Default: 1.</param>
public sealed record Nonlinearity(double? Gain, double LargestSlope = 1)
{
    public static Nonlinearity Rectifier { get; } = new(Math.Sqrt(2));

    /// <summary>What its outputs are where a network ends in it. Default: plain numbers.</summary>
    public ScoreForm Gives { get; init; }

    /// <summary>
    /// The inputs for which a unit is alive: outside of it a rectifier's unit is dead, a sigmoid's or tanh's saturated. Null where
    /// telemetry has no rule.
    /// </summary>
    public (double From, double To)? Alive { get; init; }
}

/// <summary>What the numbers are that a network ends in.</summary>
public enum ScoreForm
{
    /// <summary>Numbers of any scale, such as logits.</summary>
    Plain,

    /// <summary>Probabilities, each on its own.</summary>
    Probabilities,

    /// <summary>Probabilities that sum to 1.</summary>
    Distribution,

    /// <summary>The logarithms of probabilities that sum to 1.</summary>
    LogDistribution,
}
