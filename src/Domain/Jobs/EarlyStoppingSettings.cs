using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Jobs;

/// <summary>Stops a training whose validation score no longer improves.</summary>
public sealed record EarlyStoppingSettings
{
    /// <summary>Evaluations in a row without improvement after which the training stops. Default: 5.</summary>
    [Between(1, 10_000)]
    public long Patience { get; init; } = 5;

    /// <summary>Smallest increase of the score that counts as an improvement. Default: 0.</summary>
    [Between(0, 1)]
    public double MinDelta { get; init; }
}
